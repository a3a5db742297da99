#include "mock-idp/jose/recipe.h"

#include <gtest/gtest.h>

#include "common/base/base64.h"

namespace jose {
namespace {

Recipe simple() {
  Recipe recipe;
  recipe.key = *Key::from_pool("EdDSA");
  recipe.header.set_string("alg", "EdDSA").set_string("kid", "k");
  recipe.claims.set_string("sub", "someone").set_number("exp", 10);
  return recipe;
}

std::string part(const std::string& token, int which) {
  std::size_t start = 0;
  for (int i = 0; i < which; ++i) start = token.find('.', start) + 1;
  return base::base64url_decode(token.substr(start, token.find('.', start) - start)).value();
}

TEST(Members, KeepTheirOrder) {
  Members members;
  members.set("b", "1").set("a", "2").prepend("c", "3").set("b", "4");
  EXPECT_EQ(members.to_json(), R"({"c":3,"b":4,"a":2})");
}

TEST(Members, MayHoldOneNameTwiceAndFindTheLast) {
  Members members;
  members.set("a", "1").append("a", "2");
  EXPECT_EQ(members.to_json(), R"({"a":1,"a":2})");
  EXPECT_EQ(*members.find("a"), "2");
  members.erase("a");
  EXPECT_EQ(members.to_json(), "{}");
  EXPECT_EQ(members.find("a"), nullptr);
}

TEST(Members, EscapeStringsAndUnescapeThem) {
  Members members;
  members.set_string("a\"b", "c\\d\n\xc3\xa4");
  EXPECT_EQ(members.to_json(), "{\"a\\\"b\":\"c\\\\d\\n\xc3\xa4\"}");
  EXPECT_EQ(members.string("a\"b"), "c\\d\n\xc3\xa4");
  members.set("e", R"("\u0041")");
  EXPECT_EQ(members.string("e"), "A");
  members.set_number("n", 1);
  EXPECT_EQ(members.string("n"), "");
}

TEST(Recipe, MintsHeaderAndClaimsAsTheyWereSet) {
  const std::string token = simple().mint().value();
  EXPECT_EQ(part(token, 0), R"({"alg":"EdDSA","kid":"k"})");
  EXPECT_EQ(part(token, 1), R"({"sub":"someone","exp":10})");
  EXPECT_EQ(part(token, 2).size(), 64u);
}

TEST(Recipe, TimesCountFromItsOwnNow) {
  Recipe recipe = simple();
  recipe.now = 1000;
  recipe.expiring_in(std::chrono::seconds(-60));
  EXPECT_EQ(*recipe.claims.find("exp"), "940");
}

TEST(Recipe, WhatBeganBeforeItsEndStaysWhereItWas) {
  Recipe recipe = simple();
  recipe.now = 1000;
  recipe.claims.set_number("iat", 900);
  recipe.expiring_in(std::chrono::seconds(-60));
  EXPECT_EQ(*recipe.claims.find("iat"), "900");
}

TEST(Recipe, BeginningsMoveBackTogetherWhereTheyAreNotBeforeTheEnd) {
  Recipe recipe = simple();
  recipe.now = 10'000;
  recipe.claims.set_number("auth_time", 9'900).set_number("iat", 10'000).set_number("exp", 10'300);
  recipe.claims.set("nbf", "\"9.5\"");
  recipe.expiring_in(std::chrono::seconds(0));
  EXPECT_EQ(*recipe.claims.find("exp"), "10000");
  EXPECT_EQ(*recipe.claims.find("iat"), "9700");
  EXPECT_EQ(*recipe.claims.find("auth_time"), "9600");
  EXPECT_EQ(*recipe.claims.find("nbf"), "\"9.5\"");
}

TEST(Recipe, TextsReplaceTheJsonAndAreWhatIsSigned) {
  Recipe recipe = simple();
  recipe.header_text = "not json";
  recipe.payload_text = "either";
  const std::string token = recipe.mint().value();
  EXPECT_EQ(part(token, 0), "not json");
  EXPECT_EQ(part(token, 1), "either");
  const std::string input = token.substr(0, token.rfind('.'));
  EXPECT_EQ(part(token, 2), *recipe.key->sign("EdDSA", input));
}

TEST(Recipe, TheSignerComesBeforeTheKeyAndTheLastTouchesAfterIt) {
  Recipe recipe = simple();
  std::string seen;
  recipe.signer = [&](const std::string& input) -> base::Result<std::string> {
    seen = input;
    return std::string("sig");
  };
  recipe.after_signing = [](Parts& parts) { parts.payload = "p"; };
  recipe.assemble = [](const Parts& parts) { return parts.payload + "|" + parts.signature; };
  EXPECT_EQ(recipe.mint().value(), "p|c2ln");
  EXPECT_NE(seen.find('.'), std::string::npos);
  EXPECT_EQ(seen.find("p|"), std::string::npos);
}

TEST(Recipe, AnotherKeyChangesTheSignatureAlone) {
  Recipe recipe = simple();
  const std::string before = recipe.mint().value();
  recipe.signed_by(*Key::from_pool("EdDSA", 1));
  const std::string after = recipe.mint().value();
  EXPECT_EQ(before.substr(0, before.rfind('.')), after.substr(0, after.rfind('.')));
  EXPECT_NE(before, after);
}

TEST(Recipe, ASecretSignsEvenWhenItIsEmpty) {
  Recipe recipe = simple();
  recipe.signed_with_secret("", "HS512");
  const std::string token = recipe.mint().value();
  EXPECT_EQ(recipe.header.string("alg"), "HS512");
  EXPECT_EQ(part(token, 2), *hmac("HS512", "", token.substr(0, token.rfind('.'))));
}

TEST(Recipe, WithoutAKeyOrWithAForeignAlgorithmItFailsInWords) {
  Recipe recipe = simple();
  recipe.header.set_string("alg", "RS256");
  EXPECT_EQ(recipe.mint().error().message, "an OKP key cannot sign RS256");
  recipe.key.reset();
  EXPECT_EQ(recipe.mint().error().message, "the recipe has no key to sign with");
}

}  // namespace
}  // namespace jose
