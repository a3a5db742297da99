#include "mock-idp/jose/recipe.h"

#include <utility>

#include "common/base/base64.h"

namespace jose {

Recipe& Recipe::claim(std::string_view name, std::string_view json) {
  claims.set(name, json);
  return *this;
}

Recipe& Recipe::without_claim(std::string_view name) {
  claims.erase(name);
  return *this;
}

Recipe& Recipe::expiring_in(std::chrono::seconds span) {
  claims.set_number("exp", now + span.count());
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
