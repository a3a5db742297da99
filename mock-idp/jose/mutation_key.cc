#include <fmt/core.h>

#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

Mutation with_kid(const char* name, const char* summary, std::string json) {
  return always(name, summary, [json = std::move(json)](Recipe& recipe, const Surroundings&) {
    recipe.header.set("kid", json);
  });
}

/// HMAC with a secret that the kid makes a careless key look-up find.
Mutation kid_to_secret(const char* name, const char* summary, std::string kid_json,
                       std::string secret) {
  return always(name, summary,
                [kid_json = std::move(kid_json), secret = std::move(secret)](Recipe& recipe,
                                                                             const Surroundings&) {
                  recipe.signed_with_secret(secret);
                  recipe.header.set("kid", kid_json);
                });
}

/// `alg` of one published key, signed by it, under the kid of another one.
Mutation crossed(const char* name, const char* summary, std::string alg, std::string kid_of) {
  return {
      name, summary,
      [alg = std::move(alg), kid_of = std::move(kid_of)](
          Recipe& recipe, const Surroundings& surroundings) -> base::Result<void> {
        const Key* const signer = published_key(surroundings, alg);
        const Key* const named = published_key(surroundings, kid_of);
        if (signer == nullptr || named == nullptr) {
          return base::fail(fmt::format("keys for {} and {} have to be published", alg, kid_of));
        }
        recipe.signed_by(*signer);
        recipe.header.set_string("alg", alg).set_string("kid", named->kid());
        return {};
      }};
}

/// Signed by the published key of `published_alg`, but in the way of `alg`.
Mutation other_alg(const char* name, const char* summary, std::string published_alg,
                   std::string alg) {
  return {name, summary,
          [published_alg = std::move(published_alg), alg = std::move(alg)](
              Recipe& recipe, const Surroundings& surroundings) -> base::Result<void> {
            const Key* const key = published_key(surroundings, published_alg);
            if (key == nullptr) {
              return base::fail(fmt::format("no key for {} is published", published_alg));
            }
            // An RSA key can sign in each way: only its JWK says which one is meant.
            const std::string named = fmt::format(R"("alg":"{}")", published_alg);
            if (key->is_rsa() && surroundings.jwks.find(named) == std::string::npos) {
              return base::fail("the published keys name no algorithm");
            }
            recipe.signed_by(*key);
            recipe.header.set_string("alg", alg).set_string("kid", key->kid());
            return {};
          }};
}

}  // namespace

Family key_mutations() {
  Family family;
  family.push_back(kid_to_secret("kid-traversal",
                                 "the kid is the path of an empty file, HS256 over no bytes",
                                 R"("../../../../../../../../dev/null")", ""));
  family.push_back(
      kid_to_secret("kid-sql", "the kid injects a value into an SQL query, HS256 over that value",
                    R"("x' UNION SELECT 'mcp-authspec-injected' -- ")", "mcp-authspec-injected"));
  family.push_back(kid_to_secret(
      "kid-null-byte",
      "the kid is the path of an empty file cut off by a null byte, HS256 over no bytes",
      R"("../../../../../../../../dev/null\u0000.pem")", ""));
  family.push_back(with_kid("kid-unknown", "a kid that nobody published, the signature is right",
                            fmt::format("\"{}\"", kUnknownKid)));
  family.push_back(with_kid("kid-64k", "a kid of 65,536 characters, the signature is right",
                            "\"" + std::string(65'536, 'k') + "\""));
  family.push_back(with_kid("kid-number", "the kid is a number, the signature is right", "1"));
  family.push_back(with_kid("kid-empty", "the kid is empty, the signature is right", R"("")"));
  family.push_back(crossed("alg-kty-mismatch-rs256-ec-kid", "RS256, the kid is that of an EC key",
                           "RS256", "ES256"));
  family.push_back(crossed("alg-kty-mismatch-es256-rsa-kid", "ES256, the kid is that of an RSA key",
                           "ES256", "RS256"));
  family.push_back(crossed("alg-kty-mismatch-eddsa-ec-kid", "EdDSA, the kid is that of an EC key",
                           "EdDSA", "ES256"));
  family.push_back(
      other_alg("alg-kty-mismatch-es384-p256", "ES384 made with a P-256 key", "ES256", "ES384"));
  family.push_back(
      other_alg("alg-not-jwk-alg-ps256", "PS256 with a key published for RS256", "RS256", "PS256"));
  family.push_back(
      other_alg("alg-not-jwk-alg-rs512", "RS512 with a key published for RS256", "RS256", "RS512"));
  return family;
}

}  // namespace jose
