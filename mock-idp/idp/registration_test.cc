#include "mock-idp/idp/authorization_server_testing.h"

// RFC 7591 and 7592: what a client is told of its registration, and how it manages it.
namespace idp {
namespace {

class Registration : public AuthorizationServer {
 protected:
  void SetUp() override {
    start(true);
    client_ = json_of(enroll({{"redirect_uris", {kRedirect}},
                              {"client_name", "An app"},
                              {"client_uri", "https://client.example/"},
                              {"contacts", {"ops@client.example"}},
                              {"scope", "a b"},
                              {"software_id", "s-1"},
                              {"x_unknown", true}}));
  }
  http::ClientResponse manage(const std::string& method, const Json& document = {},
                              const std::string& token = {}) const {
    const std::string uri = client_["registration_client_uri"];
    http::ClientRequest request{.method = method, .url = uri.substr(url().size())};
    request.headers = {{"Authorization", "Bearer " + (token.empty() ? own_token() : token)}};
    if (!document.is_null()) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = document.dump();
    }
    return call(request);
  }
  std::string own_token() const { return client_["registration_access_token"]; }

  Json client_;
};

TEST_F(Registration, TellsWhatIsRegisteredAndIgnoresWhatMeansNothing) {
  EXPECT_EQ(client_["client_name"], "An app");
  EXPECT_EQ(client_["client_uri"], "https://client.example/");
  EXPECT_EQ(client_["contacts"], Json({"ops@client.example"}));
  EXPECT_EQ(client_["scope"], "a b");
  EXPECT_EQ(client_["software_id"], "s-1");
  EXPECT_EQ(client_["response_types"], Json({"code"}));
  EXPECT_FALSE(client_.contains("x_unknown"));
  const auto read = manage("GET");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(header_of(read, "Cache-Control"), "no-store");
  EXPECT_EQ(json_of(read), client_);
  EXPECT_EQ(json_of(enroll({{"grant_types", {"client_credentials"}}}))["response_types"],
            Json::array());
}

TEST_F(Registration, AChangeReplacesTheWholeOfIt) {
  const auto changed = manage("PUT", {{"client_id", client_["client_id"]},
                                      {"client_secret", client_["client_secret"]},
                                      {"redirect_uris", {"https://client.example/new"}}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  const Json now = json_of(manage("GET"));
  EXPECT_EQ(now["redirect_uris"], Json({"https://client.example/new"}));
  EXPECT_EQ(now["client_secret"], client_["client_secret"]);
  EXPECT_FALSE(now.contains("client_name"));
  EXPECT_EQ(authorize({{"client_id", client_["client_id"]}}).status, 400) << "no longer its URI";
}

TEST_F(Registration, WhatAClientCannotChooseIsRefused) {
  const Json good = {{"client_id", client_["client_id"]}, {"redirect_uris", {kRedirect}}};
  const std::pair<Json, const char*> cases[] = {
      {{{"client_id", "other"}}, "invalid_request"},
      {{{"client_secret", "chosen"}}, "invalid_request"},
      {{{"registration_access_token", "x"}}, "invalid_request"},
      {{{"client_id_issued_at", 1}}, "invalid_request"},
      {{{"redirect_uris", {"http://evil.example/"}}}, "invalid_redirect_uri"},
      {{{"client_uri", "javascript:alert(1)"}}, "invalid_client_metadata"},
      {{{"contacts", "me"}}, "invalid_client_metadata"},
      {{{"client_name", 1}}, "invalid_client_metadata"},
      {{{"require_pushed_authorization_requests", "yes"}}, "invalid_client_metadata"},
  };
  for (const auto& [change, error] : cases) {
    Json document = good;
    document.update(change);
    const auto response = manage("PUT", document);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(json_of(response)["error"], error) << change.dump();
  }
  EXPECT_EQ(json_of(manage("GET")), client_) << "nothing has changed";
}

TEST_F(Registration, NobodyElseMayManageIt) {
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    const auto response = manage(method, {}, "guessed");
    EXPECT_EQ(response.status, 401);
    EXPECT_NE(header_of(response, "WWW-Authenticate").find("invalid_token"), std::string::npos);
  }
  const Json other = json_of(enroll({{"redirect_uris", {kRedirect}}}));
  EXPECT_EQ(manage("GET", {}, other["registration_access_token"]).status, 401);
  EXPECT_EQ(manage("POST").status, 405);
  EXPECT_EQ(call({.url = "/register?client_id=nobody"}).status, 401);
}

TEST_F(Registration, ADeletedClientIsGoneWithItsTokens) {
  const std::string id = enroll_public();
  use("main");
  client_ = json_of(enroll({{"redirect_uris", {kRedirect}},
                            {"grant_types", {"authorization_code", "refresh_token"}},
                            {"token_endpoint_auth_method", "none"}}));
  const std::string own = client_["client_id"];
  const auto page = authorize({{"client_id", own}, {"login_hint", ""}});
  const Json tokens =
      json_of(redeem(parameter(press(page, {{"user", "bob"}}), "code"), {{"client_id", own}}));
  ASSERT_TRUE(tokens.contains("refresh_token"));
  EXPECT_EQ(manage("DELETE").status, 204);
  EXPECT_EQ(manage("GET").status, 401);
  EXPECT_EQ(json_of(post("/token", {{"grant_type", "refresh_token"},
                                    {"client_id", own},
                                    {"refresh_token", tokens["refresh_token"]}}))["error"],
            "invalid_client");
  EXPECT_EQ(authorize({{"client_id", own}}).status, 400);
  EXPECT_EQ(authorize({{"client_id", id}, {"login_hint", ""}}).status, 200) << "others are not";
}

}  // namespace
}  // namespace idp
