#include <gtest/gtest.h>

#include <chrono>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/control_testing.h"
#include "mock-idp/idp/fault_kinds.h"
#include "mock-idp/idp/gzip_bomb.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class FaultsTest : public ControlTest {
 protected:
  void plant(Json fault) const {
    if (!fault.contains("endpoint")) fault["endpoint"] = "jwks";
    steer("/faults", fault.dump());
  }
  std::string jwks_outcome() const { return outcome("/i/main/jwks"); }
};

TEST_F(FaultsTest, AFaultActsAsOftenAsItIsTold) {
  plant({{"kind", "status"}, {"after", 1}, {"times", 2}});
  EXPECT_EQ(jwks_outcome(), "200");
  EXPECT_EQ(jwks_outcome(), "503");
  EXPECT_EQ(json_of(get("/_ctl/faults"))["faults"][0]["hits"], 1);
  EXPECT_EQ(jwks_outcome(), "503");
  EXPECT_EQ(jwks_outcome(), "200");
  EXPECT_TRUE(json_of(get("/_ctl/faults"))["faults"].empty());
}

TEST_F(FaultsTest, AFaultConcernsItsEndpointAndIssuerOnlyUntilItIsRemoved) {
  const auto id = steer("/faults", R"({"endpoint":"jwks","issuer":"a","kind":"status","status":500,
                                       "body":"{}","times":"forever"})")["id"];
  EXPECT_EQ(outcome("/i/a/jwks"), "500");
  EXPECT_EQ(outcome("/i/a/.well-known/openid-configuration"), "200");
  EXPECT_EQ(outcome("/i/b/jwks"), "200");
  EXPECT_EQ(json_of(get("/_ctl/journal?issuer=a"))["entries"][0]["fault"], "fault-1 status");
  remove("/faults?id=" + id.get<std::string>());
  EXPECT_EQ(outcome("/i/a/jwks"), "200");
  plant({{"endpoint", "*"}, {"kind", "status"}});
  EXPECT_EQ(outcome("/i/b/.well-known/openid-configuration"), "503");
  EXPECT_EQ(outcome("/healthz"), "200");
  remove("/faults");
  EXPECT_EQ(outcome("/i/b/jwks"), "200");
}

TEST_F(FaultsTest, WhatAFaultSaysIsWhatIsSent) {
  plant({{"kind", "redirect"}, {"status", 307}, {"location", "http://127.0.0.2/x"}, {"times", 1}});
  const auto redirect = get("/i/main/jwks");
  EXPECT_EQ(redirect.status, 307);
  EXPECT_EQ(*base::find_header(redirect.headers, "Location"), "http://127.0.0.2/x");
  plant({{"kind", "garbage"}, {"times", 1}});
  EXPECT_EQ(get("/i/main/jwks").body.rfind("<!doctype html>", 0), 0u);
  plant({{"kind", "content-type"}, {"content_type", "text/plain"}, {"times", 1}});
  const auto plain = get("/i/main/jwks");
  EXPECT_EQ(*base::find_header(plain.headers, "Content-Type"), "text/plain");
  EXPECT_EQ(plain.body, *idp_->issuer().keys().document());
  plant({{"kind", "bom"}, {"times", 1}});
  EXPECT_EQ(get("/i/main/jwks").body, "\xEF\xBB\xBF" + *idp_->issuer().keys().document());
  plant({{"kind", "huge"}, {"bytes", 3'000'000}, {"times", 1}});
  const auto huge = get("/i/main/jwks");
  EXPECT_EQ(huge.body.size(), 3'000'000u);
  EXPECT_TRUE(json_of(huge)["keys"].empty());
}

TEST_F(FaultsTest, ConnectionsBreakTheWayTheyAreTold) {
  plant({{"kind", "reset"}, {"times", 1}});
  EXPECT_NE(jwks_outcome().find("reset"), std::string::npos);
  plant({{"kind", "truncate"}, {"bytes", 5}, {"times", 1}});
  EXPECT_NE(jwks_outcome(), "200");
  plant({{"kind", "reset-after"}, {"times", 1}});
  EXPECT_NE(jwks_outcome(), "200");
  plant({{"kind", "stall"}, {"seconds", 0.05}, {"times", 1}});
  EXPECT_NE(jwks_outcome(), "200");
  plant({{"kind", "stall-after"}, {"seconds", 0.05}, {"times", 1}});
  EXPECT_NE(jwks_outcome(), "200");
  EXPECT_EQ(jwks_outcome(), "200");
  EXPECT_EQ(idp_->journal().entries()[0].status, 0) << "a reset sends no status";
}

TEST_F(FaultsTest, WhatIsSlowIsTrueAllTheSame) {
  plant({{"kind", "delay"}, {"seconds", 0.05}, {"times", 1}});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get("/i/main/jwks").body, *idp_->issuer().keys().document());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
  plant({{"kind", "dribble"}, {"seconds", 0.001}, {"bytes", 100}, {"times", 1}});
  EXPECT_EQ(get("/i/main/jwks").body, *idp_->issuer().keys().document());
}

TEST_F(FaultsTest, AnAnswerThatIsReplacedLeavesTheRequestUndone) {
  const auto redeem = [&] {
    return send({.method = "POST",
                 .url = "/i/main/token",
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .body = "grant_type=client_credentials&client_id=a&client_secret=b"});
  };
  steer("/enqueue", R"({"endpoint":"token","error":"invalid_grant","error_description":"no"})");
  const auto refused = redeem();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(json_of(refused), Json({{"error", "invalid_grant"}, {"error_description", "no"}}));
  EXPECT_EQ(redeem().status, 200);
}

TEST_F(FaultsTest, TheNameOfAnIssuerChoosesItsFaults) {
  EXPECT_EQ(outcome("/i/a~jwks-503/jwks"), "503");
  EXPECT_EQ(outcome("/i/a~jwks-503/jwks"), "503");
  EXPECT_EQ(outcome("/i/a~jwks-503/.well-known/openid-configuration"), "200");
  EXPECT_EQ(outcome("/i/a~okta~strict~jwks-404~discovery-500/v1/keys"), "404");
  EXPECT_NE(outcome("/i/a~jwks-reset/jwks").find("reset"), std::string::npos);
  EXPECT_EQ(idp_->journal().entries()[0].fault, "jwks-503");
  const auto wrong = get("/i/a~jwks-50/jwks");
  EXPECT_EQ(wrong.status, 404);
  EXPECT_NE(wrong.body.find("did you mean jwks-500"), std::string::npos) << wrong.body;
}

TEST(Faults, EveryNamedFaultIsOfAKindAndEveryKindHasOneButForSettings) {
  for (const NamedFault& fault : named_faults()) {
    ASSERT_NE(find_fault_kind(fault.kind), nullptr) << fault.name;
    const auto behaviour = behaviour_of("a~jwks-" + std::string(fault.name), {});
    ASSERT_TRUE(behaviour) << fault.name;
    EXPECT_EQ(behaviour->faults.at(0).endpoint, "jwks");
    EXPECT_TRUE(behaviour->faults.at(0).does) << fault.name;
  }
  // Names of endpoints have hyphens, too.
  for (const std::string& endpoint : endpoint_names()) {
    const auto behaviour = behaviour_of("a~" + endpoint + "-stall-after", {});
    ASSERT_TRUE(behaviour) << endpoint;
    EXPECT_EQ(behaviour->faults.at(0).endpoint, endpoint);
  }
}

TEST_F(FaultsTest, WhatMeansNothingToAFaultIsRefused) {
  struct Wrong {
    const char* body;
    const char* error;
  };
  const Wrong wrong[] = {
      {R"({"kind":"reset"})", "/endpoint is missing"},
      {R"({"endpoint":"jwk","kind":"reset"})", "/endpoint has to be * or one of "},
      {R"({"endpoint":"jwks","kind":"rest"})", "/kind has to be one of "},
      {R"({"endpoint":"jwks","kind":"reset","status":500})", "/status means nothing to reset"},
      {R"({"endpoint":"jwks","kind":"delay","bytes":5})", "/bytes means nothing to delay"},
      {R"({"endpoint":"jwks","kind":"status","status":99})", "/status has to be from 200 to 599"},
      {R"({"endpoint":"jwks","kind":"status","times":0})",
       "/times has to be a whole number from 1"},
      {R"({"endpoint":"jwks","kind":"status","times":"ever"})", "/times has to be a whole number"},
      {R"({"endpoint":"jwks","kind":"delay","seconds":-1})", "/seconds has to be from 0 to 3600"},
      {R"({"endpoint":"jwks","kind":"delay","issuer":"~x"})", "/issuer there is no scenario"},
  };
  for (const Wrong& one : wrong) {
    const auto response = post("/faults", one.body);
    EXPECT_EQ(response.status, 400) << one.body;
    const std::string error = json_of(response)["error"];
    EXPECT_EQ(error.rfind(one.error, 0), 0u) << error;
  }
}

TEST(GzipBomb, IsAThousandthOfWhatIsInIt) {
  const std::string bomb = gzip_bomb("{\"keys\":[", 64UL << 20, "]}");
  EXPECT_LT(bomb.size(), (64UL << 20) / 1000);
  EXPECT_EQ(bomb.substr(0, 3), "\x1f\x8b\x08");
  // As zlib writes and reads them: `[`, five blanks, `]`.
  const std::string small = gzip_bomb("[", 5, "]");
  const std::string tail = small.substr(small.size() - 4);
  EXPECT_EQ(tail, std::string("\x07\x00\x00\x00", 4)) << "the length of what is in it";
}

TEST_F(ControlTest, KeySetsMayBeCachedAsTheyAreToldTo) {
  const auto caching = [&] {
    const http::ClientResponse answer = get("/i/main/jwks");
    const std::string* field = base::find_header(answer.headers, "Cache-Control");
    return field == nullptr ? std::string("none") : *field;
  };
  EXPECT_EQ(caching(), "max-age=5");
  steer("/issuers/main/keys/caching", R"({"cache_control":"no-store"})");
  EXPECT_EQ(caching(), "no-store");
  steer("/issuers/main/keys/caching", R"({"cache_control":""})");
  EXPECT_EQ(caching(), "none");
  EXPECT_EQ(post("/issuers/main/keys/caching", R"({"cache_control":"a\r\nb"})").status, 400);
  steer("/reset");
  EXPECT_EQ(caching(), "max-age=5");
}

TEST_F(ControlTest, KeySetsWithATagAreNotSentTwice) {
  EXPECT_EQ(base::find_header(get("/i/main/jwks").headers, "ETag"), nullptr);
  steer("/issuers/main/keys/caching", R"({"etag":true})");
  const std::string tag = *base::find_header(get("/i/main/jwks").headers, "ETag");
  const auto again = get("/i/main/jwks", {{"If-None-Match", "\"other\", W/" + tag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  keys("rotate");
  EXPECT_EQ(get("/i/main/jwks", {{"If-None-Match", tag}}).status, 200);
}

}  // namespace
}  // namespace idp
