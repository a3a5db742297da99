#include <gtest/gtest.h>

#include "mock-idp/idp/token_side_testing.h"

// What introspection, userinfo and revocation know of the tokens that the token endpoint gives.
namespace idp {
namespace {

using namespace std::chrono_literals;

class OwnTokenTest : public TokenSide {
 protected:
  int userinfo(const std::string& token) const {
    return call({.url = "/userinfo", .headers = {{"Authorization", "Bearer " + token}}}).status;
  }
};

TEST_F(OwnTokenTest, AnAccessTokenIsToldWithItsClaims) {
  const Json tokens = json_of(redeem(code()));
  Json expected = claims_of(tokens["access_token"]);
  expected["active"] = true;
  expected["token_type"] = "Bearer";
  EXPECT_EQ(json_of(introspect(tokens["access_token"])), expected);
  idp_->clock().advance(5min);
  EXPECT_EQ(json_of(introspect(tokens["access_token"])), Json({{"active", false}}));
  EXPECT_EQ(userinfo(tokens["access_token"]), 401);
}

TEST_F(OwnTokenTest, ARefreshTokenIsToldAndIsNoAccessToken) {
  const std::string token = json_of(redeem(code()))["refresh_token"];
  const Json told = json_of(introspect(token));
  EXPECT_EQ(told["active"], true);
  EXPECT_EQ(told["sub"], "alice");
  EXPECT_EQ(told["client_id"], "app");
  EXPECT_EQ(told["scope"], "a b");
  EXPECT_FALSE(told.contains("token_type"));
  EXPECT_EQ(userinfo(token), 401);
}

TEST_F(OwnTokenTest, AnIdTokenOpensNothing) {
  const Json tokens = json_of(redeem(code({{"scope", "openid"}})));
  EXPECT_FALSE(is_active(tokens["id_token"]));
  EXPECT_EQ(userinfo(tokens["id_token"]), 401);
  EXPECT_EQ(userinfo(tokens["access_token"]), 200);
}

TEST_F(OwnTokenTest, WhatAnotherIssuerSignedIsUnknown) {
  const std::string token = json_of(redeem(code()))["access_token"];
  use("other");
  EXPECT_FALSE(is_active(token));
  EXPECT_EQ(userinfo(token), 401);
}

TEST_F(OwnTokenTest, OnlyItsClientRevokesAToken) {
  const Json tokens = json_of(redeem(code()));
  EXPECT_EQ(json_of(revoke(tokens["access_token"], "other"))["error"], "unauthorized_client");
  EXPECT_TRUE(is_active(tokens["access_token"]));
  EXPECT_EQ(revoke("unknown").status, 200);
  EXPECT_EQ(revoke(tokens["access_token"]).status, 200);
  EXPECT_FALSE(is_active(tokens["access_token"]));
  EXPECT_EQ(userinfo(tokens["access_token"]), 401);
}

TEST_F(OwnTokenTest, ARefreshTokenThatIsRevokedTakesItsAccessTokensAlong) {
  for (const char* name : {"main", "main~google"}) {
    use(name);
    const Json tokens = json_of(redeem(code()));
    EXPECT_TRUE(is_active(tokens["access_token"])) << name;
    revoke(tokens["refresh_token"]);
    EXPECT_FALSE(is_active(tokens["access_token"])) << name;
    EXPECT_EQ(json_of(refresh(tokens["refresh_token"]))["error"], "invalid_grant") << name;
  }
}

TEST_F(OwnTokenTest, WhatCameOfOneLoginEndsAfterThirtyDays) {
  std::string token = json_of(redeem(code()))["refresh_token"];
  for (int day = 0; day < 29; ++day) {
    idp_->clock().advance(23h);
    const Json answer = json_of(refresh(token));
    ASSERT_TRUE(answer.contains("refresh_token")) << day << answer.dump();
    token = answer["refresh_token"];
  }
  idp_->clock().advance(23h);
  EXPECT_TRUE(is_active(token));
  idp_->clock().advance(30h);
  EXPECT_EQ(json_of(refresh(token))["error"], "invalid_grant");
}

TEST_F(OwnTokenTest, ARegisteredClientGetsIdTokensAsItRegistered) {
  const auto header_alg = [&](const Json& metadata) {
    Json document = {{"redirect_uris", {kCallback}}, {"token_endpoint_auth_method", "none"}};
    document.update(metadata);
    const Json client = json_of(call({.method = "POST",
                                      .url = "/register",
                                      .headers = {{"Content-Type", "application/json"}},
                                      .body = document.dump()}));
    const std::string id = client["client_id"];
    const Json tokens =
        json_of(redeem(code({{"client_id", id}, {"scope", "openid"}}), {{"client_id", id}}));
    const std::string text = tokens["id_token"];
    return base::parse_json(*base::base64url_decode(base::split(text, '.').at(0)))->at("alg");
  };
  EXPECT_EQ(header_alg({{"id_token_signed_response_alg", "EdDSA"}}), "EdDSA");
  EXPECT_EQ(header_alg(Json::object()), "RS256");
}

}  // namespace
}  // namespace idp
