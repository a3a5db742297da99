#include "mock-idp/idp/authorization_server_testing.h"

// A browser in which somebody is logged in: who is asked again, and for what.
namespace idp {
namespace {

using namespace std::chrono_literals;

class BrowserSession : public AuthorizationServer {
 protected:
  void SetUp() override {
    start(true);
    client_ = enroll_public();
  }
  http::ClientResponse go(base::FormFields changes) const {
    changes.insert(changes.begin(), {"login_hint", ""});
    changes.insert(changes.begin(), {"client_id", client_});
    return authorize(changes, cookies_);
  }
  http::ClientResponse log_in(const base::FormFields& fields,
                              const base::FormFields& changes = {}) {
    const auto page = go(changes);
    const auto answer = press(page, fields, cookies_);
    cookies_ = cookies_of(answer, cookies_of(page));
    return answer;
  }
  /// "page", "code", or the error.
  std::string outcome(const base::FormFields& changes = {}) const {
    const auto answer = go(changes);
    if (answer.status == 200) return "page";
    return parameter(answer, "code").empty() ? parameter(answer, "error") : "code";
  }
  Json tokens(const http::ClientResponse& answer) const {
    return json_of(redeem(parameter(answer, "code"), {{"client_id", client_}}));
  }

  std::string client_;
  base::Headers cookies_;
};

TEST_F(BrowserSession, WhatWasAllowedIsNotAskedAgain) {
  EXPECT_EQ(outcome(), "page");
  log_in({{"user", "bob"}});
  EXPECT_EQ(outcome(), "code");
  EXPECT_EQ(outcome({{"scope", "b"}}), "code") << "less";
  EXPECT_EQ(outcome({{"scope", "a c"}}), "page") << "more";
  EXPECT_EQ(outcome({{"resource", "https://other.example/"}}), "page") << "elsewhere";
  EXPECT_EQ(outcome({{"client_id", enroll_public()}}), "page") << "another client";
  EXPECT_EQ(outcome({{"login_hint", "alice"}}), "page") << "somebody else";
  EXPECT_EQ(claims_of(tokens(go({}))["access_token"])["sub"], "bob");
}

TEST_F(BrowserSession, PromptSaysWhoIsAsked) {
  EXPECT_EQ(outcome({{"prompt", "none"}}), "login_required");
  log_in({{"user", "bob"}});
  EXPECT_EQ(outcome({{"prompt", "none"}}), "code");
  EXPECT_EQ(outcome({{"prompt", "none"}, {"scope", "c"}}), "consent_required");
  EXPECT_EQ(outcome({{"prompt", "consent"}}), "page");
  EXPECT_EQ(outcome({{"prompt", "login"}}), "page");
  EXPECT_EQ(outcome({{"prompt", "none login"}}), "invalid_request");
  EXPECT_EQ(outcome({{"prompt", "dance"}}), "invalid_request");
}

TEST_F(BrowserSession, ItEndsAfterEightHours) {
  log_in({{"user", "bob"}});
  idp_->clock().advance(8h - 1s);
  EXPECT_EQ(outcome(), "code");
  EXPECT_EQ(outcome({{"max_age", "60"}}), "page");
  EXPECT_EQ(outcome({{"max_age", "x"}}), "invalid_request");
  idp_->clock().advance(1s);
  EXPECT_EQ(outcome(), "page");
}

TEST_F(BrowserSession, AllowingMoreIsNoNewLogin) {
  log_in({{"user", "bob"}}, {{"scope", "openid"}});
  const Json first = claims_of(tokens(go({{"scope", "openid"}}))["id_token"]);
  idp_->clock().advance(1h);
  const auto more = log_in({{"user", "bob"}}, {{"scope", "openid more"}});
  EXPECT_EQ(claims_of(tokens(more)["id_token"])["auth_time"], first["auth_time"]);
  EXPECT_EQ(outcome({{"scope", "openid more"}}), "code");
  const auto again = log_in({{"user", "bob"}}, {{"scope", "openid"}, {"prompt", "login"}});
  EXPECT_GT(claims_of(tokens(again)["id_token"])["auth_time"], first["auth_time"]);
}

TEST_F(BrowserSession, ALoginHasClaimsOfItsOwn) {
  const auto answer = log_in({{"user", "dora"}, {"claims", R"({"roles":["admin"],"tier":2})"}},
                             {{"scope", "openid"}});
  const Json json = tokens(answer);
  for (const char* kind : {"access_token", "id_token"}) {
    const Json claims = claims_of(json[kind]);
    EXPECT_EQ(claims["sub"], "dora");
    EXPECT_EQ(claims["roles"], Json({"admin"}));
    EXPECT_EQ(claims["tier"], 2);
  }
  const Json later = json_of(post("/token", {{"grant_type", "refresh_token"},
                                             {"client_id", client_},
                                             {"refresh_token", json["refresh_token"]}}));
  EXPECT_EQ(claims_of(later["access_token"])["tier"], 2);
}

TEST_F(BrowserSession, ClaimsThatCannotBeReadAreAskedForAgain) {
  const auto page = go({});
  const auto again = press(page, {{"user", "dora"}, {"claims", "{\"a\":<b>"}});
  EXPECT_EQ(again.status, 400);
  EXPECT_NE(again.body.find("{&quot;a&quot;:&lt;b&gt;"), std::string::npos) << again.body;
  EXPECT_EQ(press(again, {{"user", "dora"}, {"claims", "{}"}}, cookies_of(page)).status, 303);
  const auto strange = log_in({{"user", "eve"}, {"claims", R"({"exp":"soon"})"}});
  EXPECT_EQ(tokens(strange)["expires_in"], 0);
}

TEST_F(BrowserSession, ASessionOfAnotherIssuerIsNone) {
  log_in({{"user", "bob"}});
  use("other");
  client_ = enroll_public();
  EXPECT_EQ(outcome(), "page");
}

TEST_F(BrowserSession, FormPostGoesBackByAForm) {
  const auto page = go({{"response_mode", "form_post"}});
  const auto answer = press(page, {{"user", "bob"}});
  ASSERT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("method=\"post\" action=\"http://127.0.0.1:7/cb\""),
            std::string::npos);
  EXPECT_EQ(hidden(answer, "state"), "s&amp;t=ate");
  EXPECT_EQ(hidden(answer, "iss"), url());
  EXPECT_EQ(json_of(redeem(hidden(answer, "code"), {{"client_id", client_}}))["token_type"],
            "Bearer");
  const auto error = go({{"response_mode", "form_post"}, {"scope", "a  b"}});
  EXPECT_EQ(hidden(error, "error"), "invalid_scope");
}

}  // namespace
}  // namespace idp
