#include "mock-idp/jose/proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace jose {
namespace {

using nlohmann::json;

TEST(Proof, HasWhatRfc9449Lists) {
  const Key key = Key::from_pool("ES256").value();
  const Recipe recipe = proof(key, {.method = "GET",
                                    .url = "https://h/mcp?a=b#c",
                                    .access_token = "token",
                                    .nonce = "n",
                                    .now = 1'700'000'000});
  const json header = json::parse(recipe.header.to_json());
  EXPECT_EQ(header.at("typ"), "dpop+jwt");
  EXPECT_EQ(header.at("alg"), "ES256");
  EXPECT_EQ(header.at("jwk"), json::parse(key.bare_jwk()));
  EXPECT_FALSE(header.at("jwk").contains("d"));
  const json claims = json::parse(recipe.claims.to_json());
  EXPECT_EQ(claims.at("htm"), "GET");
  EXPECT_EQ(claims.at("htu"), "https://h/mcp");
  EXPECT_EQ(claims.at("iat"), 1'700'000'000);
  EXPECT_EQ(claims.at("nonce"), "n");
  EXPECT_EQ(claims.at("jti").get<std::string>().size(), 32U);
  EXPECT_EQ(base::split(recipe.mint().value(), '.').size(), 3U);
}

TEST(Proof, LeavesOutWhatIsNotDue) {
  const Recipe recipe = proof(Key::from_pool("ES256").value(), {.url = "https://h/"});
  EXPECT_EQ(recipe.claims.find("ath"), nullptr);
  EXPECT_EQ(recipe.claims.find("nonce"), nullptr);
}

TEST(AccessTokenHash, IsThatOfRfc9449) {
  // The access token of section 7.1 and the ath of its proof.
  EXPECT_EQ(access_token_hash("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
            "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

TEST(Key, SaysItsThumbprintAsItsPemSaysIt) {
  for (const char* alg : {"ES256", "RS256", "EdDSA", "ES384"}) {
    const Key key = Key::from_pool(alg).value();
    EXPECT_EQ(Key::from_pem(key.private_pem())->kid(), key.thumbprint()) << alg;
  }
}

TEST(Key, WritesAPrivateJwkThatReadsBack) {
  for (const char* alg : {"ES256", "EdDSA", "ES512"}) {
    const Key key = Key::from_pool(alg).value();
    const auto read = Key::from_jwk(key.private_jwk());
    ASSERT_TRUE(read) << alg << ": " << read.error().message;
    EXPECT_EQ(read->thumbprint(), key.thumbprint());
    EXPECT_EQ(read->private_pem(), key.private_pem());
  }
}

TEST(Cnf, NamesItsThumbprint) {
  EXPECT_EQ(confirmed_by_key("abc"), R"({"jkt":"abc"})");
  EXPECT_EQ(confirmed_by_certificate("abc"), R"({"x5t#S256":"abc"})");
}

}  // namespace
}  // namespace jose
