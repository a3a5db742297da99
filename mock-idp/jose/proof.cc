#include "mock-idp/jose/proof.h"

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/random.h"

namespace jose {

Recipe proof(const Key& key, const ProofOf& of) {
  Recipe recipe;
  recipe.now = of.now;
  recipe.header.set_string("typ", "dpop+jwt");
  recipe.header.set_string("alg", key.alg());
  recipe.header.set("jwk", key.bare_jwk());
  recipe.key = key;
  recipe.claims.set_string("jti", base::random_hex(16));
  recipe.claims.set_string("htm", of.method);
  recipe.claims.set_string("htu", of.url.substr(0, of.url.find_first_of("?#")));
  recipe.claims.set_number("iat", of.now);
  if (!of.access_token.empty()) {
    recipe.claims.set_string("ath", access_token_hash(of.access_token));
  }
  if (!of.nonce.empty()) recipe.claims.set_string("nonce", of.nonce);
  return recipe;
}

std::string access_token_hash(std::string_view access_token) {
  return base::base64url_encode(sha256(access_token));
}

std::string confirmed_by_key(std::string_view thumbprint) {
  return R"({"jkt":)" + base::json_string(thumbprint) + "}";
}

std::string confirmed_by_certificate(std::string_view thumbprint) {
  return R"({"x5t#S256":)" + base::json_string(thumbprint) + "}";
}

}  // namespace jose
