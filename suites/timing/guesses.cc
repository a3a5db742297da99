#include "suites/timing/guesses.h"

#include <algorithm>
#include <cctype>

namespace suites {
namespace {

/// With fewer, a match is too little to measure, and hardly a secret.
constexpr std::size_t kFewestPlaces = 8;
/// A public part is a few short words, each with a sign behind it.
constexpr std::size_t kLongestWord = 12;
constexpr int kMostWords = 3;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// The smallest set that people write secrets with and that these characters are of.
std::string alphabet_of(const std::string& characters) {
  for (const auto known : {kDigits, kHex, kUpperHex}) {
    if (characters.find_first_not_of(known) == std::string::npos) return std::string(known);
  }
  std::string alphabet;
  for (const auto part : {kDigits, kLower, kUpper}) {
    if (characters.find_first_of(part) != std::string::npos) alphabet += part;
  }
  return alphabet;
}

}  // namespace

std::size_t public_part(std::string_view secret) {
  std::size_t end = 0;
  for (int word = 0; word < kMostWords; ++word) {
    const std::size_t sign = secret.find_first_of("_.", end);
    if (sign == std::string_view::npos || sign - end > kLongestWord) break;
    const auto name = secret.substr(end, sign - end);
    if (!std::all_of(name.begin(), name.end(), is_alphanumeric)) break;
    end = sign + 1;
  }
  // What is left has to be the secret.
  return secret.size() - end < 2 * kFewestPlaces ? 0 : end;
}

std::optional<Guesses> Guesses::at(std::string_view secret, std::uint64_t seed) {
  std::vector<std::size_t> places;
  for (std::size_t i = public_part(secret); i < secret.size(); ++i) {
    if (is_alphanumeric(secret[i])) places.push_back(i);
  }
  if (places.size() < kFewestPlaces) return std::nullopt;
  return Guesses(secret, std::move(places), seed);
}

Guesses::Guesses(std::string_view secret, std::vector<std::size_t> places, std::uint64_t seed)
    : secret_(secret), places_(std::move(places)), random_(seed) {
  std::string characters;
  for (const std::size_t place : places_) characters += secret_[place];
  alphabet_ = alphabet_of(characters);
  decoy_ = secret_;
  for (const std::size_t place : places_) decoy_[place] = draw();
  const std::size_t first = places_.front();
  while (decoy_[first] == secret_[first]) decoy_[first] = draw();
}

std::string Guesses::with_tail(std::string text) {
  for (std::size_t i = places_.size() - kTail; i < places_.size(); ++i) text[places_[i]] = draw();
  return text;
}

std::string Guesses::near() {
  std::string guess = with_tail(secret_);
  while (guess == secret_) guess = with_tail(secret_);
  return guess;
}

std::string Guesses::decoy() { return with_tail(decoy_); }

std::string Guesses::anything(std::size_t length) {
  std::string guess = decoy_.substr(0, places_.front() + 1);
  while (guess.size() < length) guess += draw();
  return guess.substr(0, length);
}

}  // namespace suites
