#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace suites {

/// Guesses at a secret, all of its form: what is public about it (such as `sk_live_`) and its signs
/// stay, letters and digits are drawn from those that it is written with.
class Guesses {
 public:
  /// Nothing where the secret is too short for most of it to be something else than all of it.
  static std::optional<Guesses> at(std::string_view secret, std::uint64_t seed);

  /// Right but for its last characters.
  std::string near();
  /// Wrong from its first secret character on, and the same each time but for its last characters:
  /// so nothing but the match with the secret tells it from `near`.
  std::string decoy();
  /// Wrong everywhere, and of any length.
  std::string anything(std::size_t length);
  /// How many characters `near` shares with the secret and `decoy` does not.
  std::size_t shared() const { return places_.size() - kTail; }

  static constexpr std::size_t kTail = 3;  ///< characters that are drawn anew each time

 private:
  Guesses(std::string_view secret, std::vector<std::size_t> places, std::uint64_t seed);
  char draw() { return alphabet_[random_() % alphabet_.size()]; }
  std::string with_tail(std::string text);

  std::string secret_;
  std::vector<std::size_t> places_;  ///< of letters and digits that are no public part
  std::string alphabet_;
  std::mt19937_64 random_;
  std::string decoy_;
};

/// How many characters at the beginning of a secret everybody may know, such as `sk_live_` or the
/// name of a key.
std::size_t public_part(std::string_view secret);

}  // namespace suites
