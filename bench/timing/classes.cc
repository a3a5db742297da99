#include "bench/timing/classes.h"

#include <string_view>

namespace bench {
namespace {

constexpr std::string_view kPublic = "sk_live_";
constexpr std::size_t kSecretCharacters = 36;
constexpr std::size_t kRandomEnd = 3;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace

Classes::Classes(std::uint64_t seed) : random_(seed) {
  secret_ = std::string(kPublic) + characters(kSecretCharacters);
  do {
    decoy_ = std::string(kPublic) + characters(kSecretCharacters);
  } while (decoy_[kPublic.size()] == secret_[kPublic.size()]);
}

std::string Classes::near() {
  std::string guess;
  do {
    guess = with_random_end(secret_);
  } while (guess == secret_);
  return guess;
}
std::string Classes::decoy() { return with_random_end(decoy_); }

std::string Classes::characters(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += kAlphabet[random_() % kAlphabet.size()];
  return text;
}

std::string Classes::with_random_end(const std::string& text) {
  return text.substr(0, text.size() - kRandomEnd) + characters(kRandomEnd);
}

}  // namespace bench
