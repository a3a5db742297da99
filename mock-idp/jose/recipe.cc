#include "mock-idp/jose/recipe.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/base/base64.h"

namespace jose {
namespace {

constexpr long long kLongestLife = 3600;
constexpr long long kUsualLife = 300;
/// The claims that a token has to have been through before it can expire.
constexpr std::array kBeginnings = {"iat", "nbf", "auth_time"};

/// A claim that is a whole number of seconds.
std::optional<long long> seconds_of(const Members& claims, const char* name) {
  const std::string* const json = claims.find(name);
  if (json == nullptr) return std::nullopt;
  long long value = 0;
  const char* const last = json->data() + json->size();
  const auto [rest, error] = std::from_chars(json->data(), last, value);
  return error == std::errc() && rest == last ? std::optional(value) : std::nullopt;
}

/// Moves what comes before `end` back, where it does not come before `end`.
void begin_before(Members& claims, long long end, long long life) {
  std::optional<long long> latest;
  for (const char* name : kBeginnings) {
    const auto begin = seconds_of(claims, name);
    if (begin && (!latest || *begin > *latest)) latest = begin;
  }
  if (!latest || *latest < end) return;
  const long long shift = end - life - *latest;
  for (const char* name : kBeginnings) {
    if (const auto begin = seconds_of(claims, name)) claims.set_number(name, *begin + shift);
  }
}

/// How long the token is valid, as far as that is known and not longer than an hour.
long long life_of(const Members& claims) {
  const auto end = seconds_of(claims, "exp");
  const auto begin = seconds_of(claims, "iat");
  if (!end || !begin || *end <= *begin) return kUsualLife;
  return std::min(*end - *begin, kLongestLife);
}

}  // namespace

Recipe& Recipe::claim(std::string_view name, std::string_view json) {
  claims.set(name, json);
  return *this;
}

Recipe& Recipe::without_claim(std::string_view name) {
  claims.erase(name);
  return *this;
}

Recipe& Recipe::expiring_at(long long end) {
  begin_before(claims, end, life_of(claims));
  claims.set_number("exp", end);
  return *this;
}

Recipe& Recipe::beginning_in(std::chrono::seconds span) {
  claims.set_number("nbf", now + span.count());
  claims.set_number("exp", now + span.count() + kLongestLife);
  return *this;
}

Recipe& Recipe::header_member(std::string_view name, std::string_view json) {
  header.set(name, json);
  return *this;
}

Recipe& Recipe::without_header(std::string_view name) {
  header.erase(name);
  return *this;
}

Recipe& Recipe::signed_by(Key other) {
  key = std::move(other);
  signer = nullptr;
  return *this;
}

Recipe& Recipe::signed_with_secret(std::string secret, std::string_view alg) {
  header.set_string("alg", alg);
  signer = [secret = std::move(secret), name = std::string(alg)](const std::string& input) {
    return hmac(name, secret, input);
  };
  return *this;
}

base::Result<std::string> Recipe::mint() const {
  Parts parts;
  parts.header = base::base64url_encode(header_text ? *header_text : header.to_json());
  parts.payload = base::base64url_encode(payload_text ? *payload_text : claims.to_json());
  if (!signer && !key) return base::fail("the recipe has no key to sign with");
  const std::string input = parts.header + "." + parts.payload;
  const auto signature = signer ? signer(input) : key->sign(header.string("alg"), input);
  if (!signature) return tl::unexpected(signature.error());
  parts.signature = base::base64url_encode(*signature);
  if (after_signing) after_signing(parts);
  return assemble ? assemble(parts) : parts.compact();
}

}  // namespace jose
