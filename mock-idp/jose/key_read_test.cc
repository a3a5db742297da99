#include <gtest/gtest.h>

#include "mock-idp/jose/key.h"

namespace jose {
namespace {

std::string jwk_error(std::string_view text) {
  const auto key = Key::from_jwk(text);
  return key ? "no error" : key.error().message;
}

constexpr char kGood[] =
    R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
    R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"mine","alg":"EdDSA"})";

TEST(KeyRead, AJwkBringsItsKidAndAlgorithm) {
  const auto key = Key::from_jwk(kGood);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->kid(), "mine");
  EXPECT_EQ(key->alg(), "EdDSA");
}

TEST(KeyRead, WhatIsWrongWithAJwkIsOneClearLine) {
  EXPECT_EQ(jwk_error("[]"), "not a JWK: not a JSON object");
  EXPECT_EQ(jwk_error("{").rfind("not a JWK: line 1", 0), 0u);
  EXPECT_EQ(jwk_error(R"({"kty":"oct","k":"AA"})"), "the JWK's kty \"oct\" is not RSA, EC or OKP");
  EXPECT_EQ(jwk_error(R"({"kty":"RSA","n":"AA","e":"AQAB"})"),
            "the JWK is a public key; signing needs the private one");
  EXPECT_EQ(jwk_error(R"({"kty":"RSA","n":"AA","e":"AQAB","d":"A="})"),
            "the JWK's member d is not base64url");
  EXPECT_EQ(jwk_error(R"({"kty":"EC","crv":"P-1","d":"AA"})"),
            "the JWK's crv is not a known EC curve");
  EXPECT_EQ(jwk_error(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"})"),
            "the JWK's numbers are not a key");
}

TEST(KeyRead, AJwkWhoseHalvesDoNotMatchIsRefused) {
  std::string other = kGood;
  other.replace(other.find("11qY"), 4, "22qY");
  EXPECT_EQ(jwk_error(other), "the JWK's private and public members do not belong together");
}

TEST(KeyRead, APublicJwkVerifiesAndCannotSign) {
  for (const char* alg : {"RS256", "PS384", "ES256", "ES384", "ES512", "ES256K", "EdDSA"}) {
    const auto own = Key::from_pool(alg);
    ASSERT_TRUE(own);
    const auto read = Key::from_public_jwk(own->public_jwk());
    ASSERT_TRUE(read) << alg << ": " << read.error().message;
    EXPECT_EQ(read->kid(), own->kid());
    EXPECT_EQ(read->thumbprint(), own->thumbprint());
    const auto signature = own->sign(alg, "text");
    ASSERT_TRUE(signature);
    EXPECT_TRUE(read->verify(alg, "text", *signature)) << alg;
    EXPECT_FALSE(read->verify(alg, "other text", *signature)) << alg;
    EXPECT_FALSE(read->sign(alg, "text")) << alg;
  }
}

TEST(KeyRead, APointThatIsNotOnTheCurveIsNoPublicKey) {
  const auto key = Key::from_public_jwk(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message, "the JWK's numbers are not a key");
}

TEST(KeyRead, AnAlgorithmThatDoesNotSuitTheKeyIsRefused) {
  const std::string pem = Key::from_pool("ES256")->private_pem();
  EXPECT_EQ(Key::from_pem(pem, "ES384").error().message, "the key (EC P-256) does not suit ES384");
  EXPECT_EQ(Key::from_pem(pem, "RS256").error().message, "the key (EC P-256) does not suit RS256");
  EXPECT_EQ(Key::from_pem(pem)->alg(), "ES256");
  EXPECT_EQ(Key::from_pem(Key::from_pool("PS256")->private_pem())->alg(), "RS256");
}

TEST(KeyRead, WhatIsNoPemKeyIsOneClearLine) {
  EXPECT_EQ(Key::from_pem("nonsense").error().message, "no PEM private key in it");
  EXPECT_EQ(Key::from_pem(Key::from_pool("ES256")->public_pem()).error().message,
            "no PEM private key in it");
}

}  // namespace
}  // namespace jose
