#include <gtest/gtest.h>

#include "mock-idp/idp/token_side_testing.h"

// Device authorization (RFC 8628).
namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr char kDeviceCodeGrant[] = "urn:ietf:params:oauth:grant-type:device_code";

class DeviceTest : public TokenSide {
 protected:
  Json begin(const base::FormFields& changes = {}) const {
    return json_of(
        post("/device_authorization",
             with({{"client_id", "app"}, {"scope", "a b"}, {"resource", "urn:mcp"}}, changes)));
  }
  http::ClientResponse ask(const Json& device, const std::string& client = "app") const {
    return post("/token", {{"grant_type", kDeviceCodeGrant},
                           {"device_code", device["device_code"]},
                           {"client_id", client}});
  }
  std::string error_of(const Json& device, const std::string& client = "app") const {
    return json_of(ask(device, client)).value("error", "none");
  }
  http::ClientResponse page(const std::string& user_code) const {
    return call({.url = "/device?" + base::encode_form({{"user_code", user_code}})});
  }
  /// Presses a button of the page that was shown.
  http::ClientResponse press(const http::ClientResponse& shown, const std::string& user_code,
                             const base::FormFields& button) const {
    const std::string cookie = header_of(shown, "Set-Cookie");
    const std::string pair = cookie.substr(0, cookie.find(';'));
    return post(
        "/device",
        with({{"user_code", user_code}, {"browser", pair.substr(pair.find('=') + 1)}}, button),
        {{"Cookie", pair}});
  }
};

TEST_F(DeviceTest, SomebodyEntersTheCodeAndAllows) {
  const Json device = begin();
  const std::string user_code = device["user_code"];
  EXPECT_EQ(user_code.size(), 9U);
  EXPECT_EQ(device["verification_uri"], issuer().url() + "/device");
  EXPECT_EQ(device["verification_uri_complete"], issuer().url() + "/device?user_code=" + user_code);
  EXPECT_EQ(device["expires_in"], 600);
  EXPECT_EQ(device["interval"], 5);
  EXPECT_EQ(error_of(device), "authorization_pending");

  std::string typed = base::to_lower(user_code);
  typed.erase(4, 1);
  const auto shown = page(typed);
  ASSERT_EQ(shown.status, 200);
  EXPECT_NE(shown.body.find("urn:mcp"), std::string::npos);
  EXPECT_EQ(header_of(shown, "X-Frame-Options"), "DENY");
  EXPECT_EQ(press(shown, typed, {{"user", "bob"}}).status, 200);
  idp_->clock().advance(5s);
  const auto answer = ask(device);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(header_of(answer, "Cache-Control"), "no-store");
  const Json tokens = json_of(answer);
  const Json claims = claims_of(tokens["access_token"]);
  EXPECT_EQ(claims["sub"], "bob");
  EXPECT_EQ(claims["aud"], "urn:mcp");
  EXPECT_EQ(claims["scope"], "a b");
  EXPECT_EQ(refresh(tokens["refresh_token"]).status, 200);
  EXPECT_EQ(error_of(device), "invalid_grant") << "it works once";
}

TEST_F(DeviceTest, WhoeverAsksTooOftenIsSlowedDown) {
  const Json device = begin();
  EXPECT_EQ(error_of(device), "authorization_pending");
  EXPECT_EQ(error_of(device), "slow_down");
  idp_->clock().advance(6s);
  EXPECT_EQ(error_of(device), "slow_down") << "ten seconds from now on";
  idp_->clock().advance(15s);
  EXPECT_EQ(error_of(device), "authorization_pending");
}

TEST_F(DeviceTest, ADeviceIsToldOfRefusalAndExpiry) {
  const Json denied = begin();
  press(page(denied["user_code"]), denied["user_code"], {{"deny", "1"}});
  EXPECT_EQ(error_of(denied), "access_denied");
  const Json late = begin();
  idp_->clock().advance(600s);
  EXPECT_EQ(error_of(late), "expired_token");
  EXPECT_EQ(page(late["user_code"]).status, 400);
}

TEST_F(DeviceTest, ACodeIsForItsClientAndIssuer) {
  const Json device = begin();
  EXPECT_EQ(error_of(device, "other"), "invalid_grant");
  use("other");
  EXPECT_EQ(error_of(device), "invalid_grant");
  EXPECT_EQ(page(device["user_code"]).status, 400);
  EXPECT_EQ(json_of(post("/token", {{"grant_type", kDeviceCodeGrant}, {"client_id", "app"}}))
                .value("error", ""),
            "invalid_request");
}

TEST_F(DeviceTest, AHintAllowsAtOnceUnlessTheIssuerIsStrict) {
  const Json device = begin({{"login_hint", "carol"}, {"scope", "openid"}});
  const Json tokens = json_of(ask(device));
  EXPECT_EQ(claims_of(tokens["id_token"])["sub"], "carol");
  use("main~strict~any-client");
  EXPECT_EQ(error_of(begin({{"login_hint", "carol"}})), "authorization_pending");
}

TEST_F(DeviceTest, OnlyTheBrowserThatWasShownThePageDecides) {
  const Json device = begin();
  const std::string user_code = device["user_code"];
  const auto shown = page(user_code);
  EXPECT_EQ(post("/device", {{"user_code", user_code}, {"user", "bob"}}).status, 400);
  EXPECT_EQ(press(shown, user_code, {{"user", "bob"}, {"browser", "x"}}).status, 400);
  EXPECT_EQ(press(shown, "BBBB-BBBB", {{"user", "bob"}}).status, 400);
  EXPECT_EQ(press(shown, user_code, {}).status, 400) << "nobody";
  EXPECT_EQ(error_of(device), "authorization_pending");
}

TEST_F(DeviceTest, OddRequestsAreErrors) {
  EXPECT_EQ(call({.url = "/device_authorization"}).status, 405);
  EXPECT_EQ(call({.url = "/device"}).status, 200);
  EXPECT_EQ(page("<script>").status, 400);
  EXPECT_EQ(begin({{"client_id", ""}})["error"], "invalid_client");
  EXPECT_EQ(begin({{"scope", "a  b"}})["error"], "invalid_scope");
  EXPECT_EQ(begin({{"resource", "x"}})["error"], "invalid_target");
  use("main~strict");
  EXPECT_EQ(begin()["error"], "invalid_client");
}

}  // namespace
}  // namespace idp
