#include <gtest/gtest.h>

#include "harness/cli/token.h"
#include "mock-idp/jose/recipe.h"

namespace cli {
namespace {

std::string good_token() {
  jose::Recipe recipe;
  recipe.key = *jose::Key::from_pool("ES256");
  recipe.header.set_string("alg", "ES256");
  recipe.claims.set_string("sub", "someone");
  return recipe.mint().value();
}

TEST(TokenParts, AreDecoded) {
  const std::string token = good_token();
  const auto parts = split_token(token);
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_EQ(parts->header, R"({"alg":"ES256"})");
  EXPECT_EQ(parts->payload, R"({"sub":"someone"})");
  EXPECT_EQ(parts->signature.size(), 64u);
  EXPECT_EQ(parts->signed_text, token.substr(0, token.rfind('.')));
}

TEST(TokenParts, WhatIsMalformedIsNamed) {
  EXPECT_EQ(split_token("a.b").error().message, "a signed JWT has three parts, this has 2");
  EXPECT_EQ(split_token("a=.e30.e30").error().message, "the header is not base64url");
  EXPECT_EQ(split_token("e30.e30=.e30").error().message, "the payload is not base64url");
  EXPECT_EQ(split_token("e30.e30.e30=").error().message, "the signature is not base64url");
  EXPECT_EQ(split_token("AAAA.e30.e30").error().message.rfind("the header is not JSON", 0), 0u);
}

TEST(ReadToken, ForgivesWhiteSpaceAndTheScheme) {
  EXPECT_EQ(read_token(" Bearer abc \n").value(), "abc");
  EXPECT_EQ(read_token("bearer  abc").value(), "abc");
  EXPECT_EQ(read_token(" \n").error().message, "there is no token");
}

TEST(RelativeTime, IsShortAndPointsTheRightWay) {
  EXPECT_EQ(relative_time(100, 100), "now");
  EXPECT_EQ(relative_time(400, 101), "in 4 min 59 s");
  EXPECT_EQ(relative_time(100, 112), "12 s ago");
  EXPECT_EQ(relative_time(0, 90'061), "1 d 1 h ago");
  EXPECT_EQ(relative_time(3'600, 0), "in 1 h");
}

}  // namespace
}  // namespace cli
