#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/url.h"
#include "common/http/client.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr char kForm[] = "application/x-www-form-urlencoded";

class OpaqueEndpointsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = MockIdp::start();
    ASSERT_TRUE(started) << started.error().message;
    idp_ = std::move(*started);
    tokens().allow_client("server one", "se:cret");
  }

  Issuer& issuer() const { return idp_->issuer(); }
  OpaqueTokens& tokens() const { return issuer().opaque_tokens(); }
  jose::Recipe good() const { return *issuer().recipe("http://localhost/mcp", "mcp:a mcp:b"); }

  static base::Result<http::ClientResponse> fetch(const http::ClientRequest& request) {
    return http::fetch(request, base::Deadline::after(10s));
  }
  static http::ClientResponse call(const http::ClientRequest& request) {
    auto response = fetch(request);
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : http::ClientResponse{};
  }
  static base::Headers basic(std::string_view pair) {
    return {{"Authorization", "Basic " + base::base64_encode(pair)}};
  }
  /// Asks as the client that may.
  http::ClientRequest question(const std::string& token, std::string_view path = "/introspect",
                               base::Headers headers = basic("server+one:se%3Acret")) const {
    headers.push_back({"Content-Type", kForm});
    return {.method = "POST",
            .url = issuer().url() + std::string(path),
            .headers = std::move(headers),
            .body = base::encode_form({{"token", token}, {"token_type_hint", "access_token"}})};
  }
  Json introspected(const std::string& token) const { return json_of(call(question(token))); }
  http::ClientRequest owner_of(const std::string& token,
                               std::string_view path = "/userinfo") const {
    return {.url = issuer().url() + std::string(path),
            .headers = {{"Authorization", "Bearer " + token}}};
  }
  static Json json_of(const http::ClientResponse& response) {
    const auto json = base::parse_json(response.body);
    EXPECT_TRUE(json) << response.body;
    return json ? *json : Json();
  }
  static std::string header_of(const http::ClientResponse& response, std::string_view name) {
    const std::string* const value = base::find_header(response.headers, name);
    return value == nullptr ? "" : *value;
  }

  std::unique_ptr<MockIdp> idp_;
};

TEST_F(OpaqueEndpointsTest, AnActiveTokenIsToldWithAllItsClaims) {
  const jose::Recipe recipe = good();
  const auto response = call(question(tokens().add(recipe)));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  Json expected = *base::parse_json(recipe.claims.to_json());
  expected["active"] = true;
  expected["token_type"] = "Bearer";
  EXPECT_EQ(json_of(response), expected);
}

TEST_F(OpaqueEndpointsTest, EveryMemberCanBeSpoiled) {
  jose::Recipe recipe = good();
  recipe.claim("active", "\"true\"").claim("token_type", "\"mac\"").without_claim("aud");
  const Json told = introspected(tokens().add(recipe));
  EXPECT_EQ(told["active"], "true");
  EXPECT_EQ(told["token_type"], "mac");
  EXPECT_FALSE(told.contains("aud"));
  recipe.payload_text = "<html>";
  EXPECT_EQ(call(question(tokens().add(recipe))).body, "<html>");
}

TEST_F(OpaqueEndpointsTest, UnknownRevokedAndExpiredTokensAreInactiveAndNothingElse) {
  const Json inactive = {{"active", false}};
  EXPECT_EQ(introspected("unknown"), inactive);
  const std::string revoked = tokens().add(good());
  tokens().revoke(revoked);
  EXPECT_EQ(introspected(revoked), inactive);
  const std::string token = tokens().add(good());
  EXPECT_EQ(introspected(token)["active"], true);
  idp_->clock().advance(6min);
  EXPECT_EQ(introspected(token), inactive);
}

TEST_F(OpaqueEndpointsTest, OnlyClientsThatMayAskAreAnswered) {
  const std::string token = tokens().add(good());
  for (const base::Headers& headers :
       {base::Headers{}, basic("server+one:wrong"), basic("other:se%3Acret"), basic("server+one:"),
        base::Headers{{"Authorization", "Bearer se:cret"}}}) {
    const auto response = call(question(token, "/introspect", headers));
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(json_of(response)["error"], "invalid_client");
    EXPECT_EQ(header_of(response, "WWW-Authenticate"), "Basic realm=\"mcp-authspec\"");
  }
  http::ClientRequest posted = question(token, "/introspect", {});
  posted.body += "&client_id=server+one&client_secret=se%3Acret";
  EXPECT_EQ(json_of(call(posted))["active"], true);
}

TEST_F(OpaqueEndpointsTest, AQuestionIsAFormThatIsPosted) {
  const std::string token = tokens().add(good());
  http::ClientRequest get = question(token);
  get.method = "GET";
  EXPECT_EQ(call(get).status, 405);
  http::ClientRequest json = question(token);
  base::set_header(json.headers, "Content-Type", "application/json");
  EXPECT_EQ(json_of(call(json))["error"], "invalid_request");
  http::ClientRequest none = question(token);
  none.body = "token_type_hint=access_token";
  EXPECT_EQ(json_of(call(none))["error_description"], "token is missing");
}

TEST_F(OpaqueEndpointsTest, AnybodyIsAnsweredAnyhowWhereTheIssuerIsToldSo) {
  const std::string token = tokens().add(good());
  const http::ClientRequest get{.url = issuer().introspection_url() + "?token=" + token};
  EXPECT_EQ(call(get).status, 405);
  tokens().answer_anybody();
  EXPECT_EQ(json_of(call(get))["active"], true);
  EXPECT_EQ(json_of(call(question(token, "/introspect", {})))["active"], true);
}

TEST_F(OpaqueEndpointsTest, WhatWasAskedIsJournaledRaw) {
  call(question("a+b/c=="));
  const auto entries = idp_->journal().entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].endpoint, "introspection");
  EXPECT_EQ(entries[0].body, "token=a%2Bb%2Fc%3D%3D&token_type_hint=access_token");
  EXPECT_EQ(*base::find_header(entries[0].headers, "Authorization"),
            "Basic " + base::base64_encode("server+one:se%3Acret"));
}

TEST_F(OpaqueEndpointsTest, OneTokenCanMakeTheEndpointsMisbehave) {
  OpaqueShape wrong{.at_introspection = Misbehaviour::answer(500, "no", "text/html"),
                    .at_userinfo = Misbehaviour::redirect(302, "http://localhost/else")};
  const std::string token = tokens().add(good(), wrong);
  const auto answer = call(question(token));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "no");
  EXPECT_EQ(header_of(answer, "Content-Type"), "text/html");
  const auto redirect = call(owner_of(token));
  EXPECT_EQ(redirect.status, 302);
  EXPECT_EQ(header_of(redirect, "Location"), "http://localhost/else");
  EXPECT_EQ(introspected(tokens().add(good()))["active"], true);
}

TEST_F(OpaqueEndpointsTest, ATokenCanKeepItsClientWaitingOrCutItOff) {
  for (const Misbehaviour& silent : {Misbehaviour::stall(1ms), Misbehaviour::reset()}) {
    const auto response = fetch(question(tokens().add(good(), {.at_introspection = silent})));
    EXPECT_FALSE(response);
    EXPECT_EQ(idp_->journal().entries().back().status, 0);
  }
}

TEST_F(OpaqueEndpointsTest, AClientRevokesItsOwnTokensAndNoOthers) {
  const jose::Recipe own = good().claim("client_id", "\"server one\"");
  const std::string token = tokens().add(own);
  const std::string foreign = tokens().add(good());
  EXPECT_EQ(call(question(token, "/revoke")).status, 200);
  EXPECT_EQ(introspected(token)["active"], false);
  EXPECT_EQ(call(question("unknown", "/revoke")).status, 200);
  EXPECT_EQ(json_of(call(question(foreign, "/revoke")))["error"], "unauthorized_client");
  EXPECT_EQ(introspected(foreign)["active"], true);
}

TEST_F(OpaqueEndpointsTest, UserinfoTellsOfTheOwnerAndNotOfTheToken) {
  const auto response = call(owner_of(tokens().add(good().claim("email", "\"me@x\""))));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json_of(response), Json({{"sub", "test-user"}, {"email", "me@x"}}));
  EXPECT_EQ(header_of(response, "X-OAuth-Scopes"), "mcp:a, mcp:b");
}

TEST_F(OpaqueEndpointsTest, NoScopeBreaksTheHeaderThatNamesThem) {
  const std::string token = tokens().add(good().claim("scope", R"("a\r\nX-Evil: b")"));
  const auto response = call(owner_of(token));
  EXPECT_EQ(header_of(response, "X-OAuth-Scopes"), "aX-Evil:, b");
  EXPECT_EQ(header_of(response, "X-Evil"), "");
}

TEST_F(OpaqueEndpointsTest, AnAccountInTheMannerOfGithubHasNoSub) {
  const Json account = json_of(call(owner_of(tokens().add(good()), "/user")));
  EXPECT_EQ(account["login"], "test-user");
  EXPECT_TRUE(account["id"].is_number_unsigned());
  EXPECT_FALSE(account.contains("sub"));
}

TEST_F(OpaqueEndpointsTest, UserinfoRefusesWhatIsNoTokenOfItsOwn) {
  const std::string expired = tokens().add(good().expiring_in(-1h));
  for (const std::string& token : {std::string("unknown"), expired}) {
    const auto response = call(owner_of(token));
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(header_of(response, "WWW-Authenticate"),
              "Bearer realm=\"mcp-authspec\", error=\"invalid_token\"");
  }
  const auto none = call({.url = issuer().userinfo_url()});
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(header_of(none, "WWW-Authenticate"), "Bearer realm=\"mcp-authspec\"");
}

TEST_F(OpaqueEndpointsTest, TokeninfoNamesTheClientThatATokenIsFor) {
  http::ClientRequest request{.method = "POST",
                              .url = issuer().url() + "/tokeninfo",
                              .headers = {{"Content-Type", kForm}},
                              .body = "access_token=" + tokens().add(good())};
  const Json told = json_of(call(request));
  EXPECT_EQ(told["aud"], "mcp-authspec");
  EXPECT_EQ(told["scope"], "mcp:a mcp:b");
  EXPECT_EQ(told["expires_in"], "300");
  request.body = "access_token=unknown";
  EXPECT_EQ(call(request).status, 400);
}

TEST_F(OpaqueEndpointsTest, OpaqueTokensAreMintedOverTheSteeringApi) {
  const auto response = call({.method = "POST",
                              .url = idp_->origin() + "/_ctl/mint",
                              .headers = {{"Content-Type", "application/json"}},
                              .body = R"({"opaque":true,"sub":"you"})"});
  EXPECT_EQ(introspected(json_of(response)["token"])["sub"], "you");
}

}  // namespace
}  // namespace idp
