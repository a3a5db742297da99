#include "mock-idp/idp/authorization_server_testing.h"

// RFC 9126.
namespace idp {
namespace {

using namespace std::chrono_literals;

class PushedRequest : public AuthorizationServer {
 protected:
  void SetUp() override {
    start(true);
    id_ = enroll_public();
  }
  http::ClientResponse push(base::FormFields changes = {}) const {
    changes.insert(changes.begin(), {"client_id", id_});
    return post("/par", request_with(changes));
  }
  http::ClientResponse go(const std::string& uri, std::string client = {}) const {
    if (client.empty()) client = id_;
    return call(
        {.url = "/authorize?" + base::encode_form({{"client_id", client}, {"request_uri", uri}})});
  }
  std::string reference() const { return json_of(push()).value("request_uri", ""); }

  std::string id_;
};

TEST_F(PushedRequest, IsUsedByItsReference) {
  const auto pushed = push();
  ASSERT_EQ(pushed.status, 201) << pushed.body;
  EXPECT_EQ(header_of(pushed, "Cache-Control"), "no-store");
  EXPECT_EQ(json_of(pushed)["expires_in"], 60);
  const auto page = go(json_of(pushed)["request_uri"]);
  ASSERT_EQ(page.status, 200) << page.body;
  const auto answer = press(page, {{"user", "bob"}});
  EXPECT_EQ(parameter(answer, "state"), "s&t=ate");
  const Json tokens = json_of(redeem(parameter(answer, "code"), {{"client_id", id_}}));
  EXPECT_EQ(claims_of(tokens["access_token"])["aud"], "http://localhost/mcp");
}

TEST_F(PushedRequest, IsGoodOnceForItsClientWithinAMinute) {
  const std::string once = reference();
  EXPECT_EQ(go(once, enroll_public()).status, 400) << "another client";
  EXPECT_EQ(go(once).status, 200);
  EXPECT_EQ(go(once).status, 400);
  const std::string late = reference();
  idp_->clock().advance(60s);
  EXPECT_EQ(go(late).status, 400);
  EXPECT_EQ(go("urn:ietf:params:oauth:request_uri:guessed").status, 400);
  const auto foreign = authorize({{"client_id", id_}, {"request_uri", "https://x.example/"}});
  EXPECT_EQ(parameter(foreign, "error"), "request_uri_not_supported");
}

TEST_F(PushedRequest, IsJudgedWhenItIsPushed) {
  const std::pair<base::FormFields, const char*> cases[] = {
      {{{"redirect_uri", "https://evil.example/"}}, "invalid_request"},
      {{{"code_challenge", ""}}, "invalid_request"},
      {{{"response_type", "token"}}, "unsupported_response_type"},
      {{{"scope", "a  b"}}, "invalid_scope"},
      {{{"request_uri", "urn:ietf:params:oauth:request_uri:x"}}, "invalid_request"},
      {{{"client_id", "nobody"}}, "invalid_client"},
      {{{"client_secret", "x"}}, "invalid_client"},
  };
  for (const auto& [changes, error] : cases) {
    const auto response = push(changes);
    EXPECT_EQ(response.status, std::string(error) == "invalid_client" ? 401 : 400);
    EXPECT_EQ(json_of(response)["error"], error) << base::encode_form(changes);
  }
  EXPECT_EQ(call({.url = "/par"}).status, 405);
}

TEST_F(PushedRequest, AClientCanBindItselfToPushing) {
  id_ = json_of(enroll({{"redirect_uris", {kRedirect}},
                        {"token_endpoint_auth_method", "none"},
                        {"require_pushed_authorization_requests", true}}))["client_id"];
  EXPECT_EQ(parameter(authorize({{"client_id", id_}}), "error"), "invalid_request");
  EXPECT_EQ(go(reference()).status, 200);
}

}  // namespace
}  // namespace idp
