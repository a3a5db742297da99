#include <gtest/gtest.h>

#include <chrono>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/control_testing.h"

namespace idp {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class StateTest : public ControlTest {
 protected:
  /// Where an authorization request at a lax issuer leads.
  std::string authorize(const std::string& more = {}) const {
    const auto response =
        get("/i/main/authorize?response_type=code&client_id=me&redirect_uri=http%3A%2F%2Flocalhost"
            "%2Fback&state=s" +
            more);
    const std::string* const location = base::find_header(response.headers, "Location");
    return location == nullptr ? std::to_string(response.status) : *location;
  }
  Json redeem(const std::string& location) const {
    const auto url = base::parse_url(location);
    const std::string code = base::form_value(base::parse_form(url->query), "code");
    const auto response =
        send({.method = "POST",
              .url = "/i/main/token",
              .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
              .body = "grant_type=authorization_code&client_id=me&redirect_uri=http%3A%2F%2F"
                      "localhost%2Fback&code=" +
                      code});
    return json_of(response);
  }
  static Json claims(const std::string& token) {
    return *base::parse_json(*base::base64url_decode(base::split(token, '.').at(1)));
  }
  std::string date() const { return *base::find_header(get("/healthz").headers, "Date"); }
};

TEST_F(StateTest, TokensDatesAndVerdictsFollowTheClock) {
  steer("/clock/freeze", R"({"at":"2030-01-01T00:00:00Z"})");
  const std::string text = token();
  EXPECT_EQ(claims(text)["iat"], 1893456000);
  EXPECT_EQ(date(), "Tue, 01 Jan 2030 00:00:00 GMT");
  EXPECT_TRUE(verdict(text)["good"]);
  const Json advanced = steer("/clock/advance", R"({"seconds":300})");
  EXPECT_EQ(advanced["now"], "2030-01-01T00:05:00Z");
  EXPECT_TRUE(advanced["frozen"]);
  EXPECT_EQ(verdict(text)["problems"][0], "exp has passed 0 s ago");
  EXPECT_EQ(date(), "Tue, 01 Jan 2030 00:05:00 GMT");
  EXPECT_FALSE(steer("/clock/resume")["frozen"]);
  EXPECT_GE(json_of(get("/_ctl/clock"))["epoch_seconds"], 1893456300);
  const Json offset = steer("/clock/offset", R"({"seconds":-3600.5})");
  EXPECT_NEAR(offset["ahead_seconds"], -3600.5, 0.1);
}

TEST_F(StateTest, ATimeThatIsNoneIsRefused) {
  for (const char* body :
       {R"({"at":"tomorrow"})", R"({"at":"2030-01-01"})", R"({"at":"2200-01-01T00:00:00Z"})",
        R"({"at":"9999-01-01T00:00:00Z"})", R"({"at":1893456000})"}) {
    const auto response = post("/clock/freeze", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(json_of(response)["pointer"], "/at") << body;
  }
  EXPECT_EQ(json_of(post("/clock/advance", R"({"seconds":9e9})"))["error"],
            "/seconds leads out of the years 1970 to 2199");
  EXPECT_EQ(json_of(post("/clock/offset", R"({"seconds":-9e9})"))["pointer"], "/seconds");
}

TEST_F(StateTest, WhoIsInTheQueueLogsInNextWithHisClaims) {
  EXPECT_EQ(authorize(), "200") << "a page";
  steer("/enqueue", R"({"sub":"zoe","claims":{"groups":["a"]}})");
  const Json answer = redeem(authorize());
  const Json told = claims(answer["access_token"]);
  EXPECT_EQ(told["sub"], "zoe");
  EXPECT_EQ(told["groups"], Json::array({"a"}));
  EXPECT_EQ(authorize(), "200") << "once";
}

TEST_F(StateTest, AnErrorInTheQueueIsRedirectedToTheClient) {
  steer("/enqueue", R"({"endpoint":"authorize","error":"access_denied"})");
  const std::string location = authorize("&login_hint=zoe");
  EXPECT_EQ(location.rfind("http://localhost/back?error=access_denied", 0), 0u) << location;
  EXPECT_NE(location.find("state=s"), std::string::npos);
  EXPECT_NE(location.find("iss="), std::string::npos);
  EXPECT_NE(authorize("&login_hint=zoe").find("code="), std::string::npos);
}

TEST_F(StateTest, WhatCannotBeQueuedIsRefused) {
  for (const char* body :
       {"{}", R"({"sub":"a","error":"b"})", R"({"sub":"a","status":400})", R"({"error":"x"})",
        R"({"sub":"with blank"})", R"({"error":"x","endpoint":"jwk"})",
        R"({"error":"x","endpoint":"authorize","status":400})",
        R"({"error":"x","endpoint":"token","claims":{}})"}) {
    EXPECT_EQ(post("/enqueue", body).status, 400) << body;
  }
}

TEST_F(StateTest, ABaitCountsWhoFetchesItByWhateverWay) {
  const Json bait = steer("/baits");
  const std::string url = bait["url"];
  EXPECT_EQ(url.rfind(idp_->origin() + "/bait/", 0), 0u);
  std::size_t ways = 0;
  for (const std::string& other : bait["others"].get<std::vector<std::string>>()) {
    // What a client makes of the odd spellings is its own affair.
    if (other.find("127.0.0.2") == std::string::npos && other.find("[::1]") == std::string::npos) {
      continue;
    }
    ++ways;
    ASSERT_TRUE(http::fetch({.url = other + "/more"}, base::Deadline::after(5s))) << other;
  }
  ASSERT_GE(ways, 1u);
  get(url.substr(idp_->origin().size()));
  const Json list = json_of(get("/_ctl/baits"))["baits"];
  EXPECT_EQ(list[0]["url"], url);
  EXPECT_EQ(list[0]["hits"], ways + 1);
  EXPECT_EQ(json_of(get("/_ctl/journal?endpoint=bait"))["count"], ways + 1);
}

TEST_F(StateTest, ABaitLeadsOnToAnotherAddress) {
  const Json bait = steer("/baits", R"({"redirect":true})");
  const std::string path = bait["url"].get<std::string>().substr(idp_->origin().size());
  const auto response = get(path);
  EXPECT_EQ(response.status, 302);
  const std::string to = *base::find_header(response.headers, "Location");
  EXPECT_EQ(to.find(idp_->origin()), std::string::npos);
  const auto followed = http::fetch({.url = to}, base::Deadline::after(5s));
  ASSERT_TRUE(followed);
  EXPECT_EQ(followed->status, 200);
  EXPECT_EQ(json_of(get("/_ctl/baits"))["baits"][0]["hits"], 2);
}

TEST_F(StateTest, OtherAddressesServeNothingButBaits) {
  const std::string other = steer("/baits")["others"][0];
  const auto url = base::parse_url(other);
  const auto response =
      http::fetch({.url = url->origin() + "/i/main/jwks"}, base::Deadline::after(5s));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404);
}

TEST_F(StateTest, AResetLeadsBackToTheStart) {
  const std::string first_keys = get("/i/main/jwks").body;
  const Json issuers = json_of(get("/_ctl/issuers"));
  keys("rotate");
  keys("publish", R"({"member":1})");
  steer("/faults", R"({"endpoint":"token","kind":"reset"})");
  steer("/clock/freeze", R"({"at":"2030-01-01T00:00:00Z"})");
  steer("/enqueue", R"({"sub":"zoe"})");
  steer("/baits");
  steer("/upstream", R"({"status":401})");
  const auto location = authorize("&login_hint=zoe");
  Issuer* const before = &idp_->issuer();
  steer("/reset");
  EXPECT_EQ(idp_->journal().count({}), 0u);
  EXPECT_EQ(get("/i/main/jwks").body, first_keys);
  EXPECT_TRUE(json_of(get("/_ctl/faults"))["faults"].empty());
  EXPECT_TRUE(json_of(get("/_ctl/baits"))["baits"].empty());
  EXPECT_FALSE(json_of(get("/_ctl/clock"))["frozen"]);
  EXPECT_NEAR(json_of(get("/_ctl/clock"))["ahead_seconds"], 0, 1);
  EXPECT_EQ(json_of(get("/_ctl/issuers")), issuers);
  EXPECT_EQ(authorize(), "200");
  EXPECT_EQ(redeem(location)["error"], "invalid_grant");
  EXPECT_EQ(get("/i/main/upstream").status, 200);
  EXPECT_EQ(&idp_->issuer(), before) << "who holds an issuer holds it still";
  EXPECT_EQ(keys("rotate")["kid"], "es256-2");
}

}  // namespace
}  // namespace idp
