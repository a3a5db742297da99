#include "mock-idp/idp/authorization_server_testing.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

TEST_F(AuthorizationServer, AHintLogsInAndTheCodeGivesTokens) {
  const auto answer = authorize({});
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(header_of(answer, "Location").rfind(kRedirect, 0), 0u);
  EXPECT_EQ(parameter(answer, "state"), "s&t=ate");
  EXPECT_EQ(parameter(answer, "iss"), idp_->issuer().url());
  const auto response = redeem(parameter(answer, "code"));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const Json json = json_of(response);
  EXPECT_EQ(json["scope"], "a b");
  EXPECT_TRUE(json.contains("refresh_token"));
  EXPECT_FALSE(json.contains("id_token"));
  const Json claims = claims_of(json["access_token"]);
  EXPECT_EQ(claims["sub"], "alice");
  EXPECT_EQ(claims["client_id"], "app");
  EXPECT_EQ(claims["aud"], "http://localhost/mcp");
}

TEST_F(AuthorizationServer, AnIdTokenComesWithTheScopeOpenid) {
  const auto answer = authorize({{"scope", "openid"}, {"nonce", "n-1"}});
  const Json claims = claims_of(json_of(redeem(parameter(answer, "code")))["id_token"]);
  EXPECT_EQ(claims["aud"], "app");
  EXPECT_EQ(claims["nonce"], "n-1");
  EXPECT_FALSE(claims.contains("client_id"));
}

/// The algorithm of the ID token that a client gets.
std::string id_token_alg(const Json& tokens) {
  const std::string header = base::split(tokens["id_token"].get<std::string>(), '.').at(0);
  return base::parse_json(*base::base64url_decode(header))->value("alg", "");
}

TEST_F(AuthorizationServer, IdTokensAreSignedWithRs256UnlessTheClientRegisteredForAnother) {
  const base::FormFields wish{{"scope", "openid"}};
  EXPECT_EQ(id_token_alg(json_of(redeem(parameter(authorize(wish), "code")))), "RS256")
      << "a client that never registered";
  for (const char* alg : {"", "RS256", "ES256"}) {
    Json document = {{"redirect_uris", {kRedirect}}, {"token_endpoint_auth_method", "none"}};
    if (*alg != 0) document["id_token_signed_response_alg"] = alg;
    const std::string id = json_of(enroll(document)).value("client_id", "");
    const auto answer = authorize({{"scope", "openid"}, {"client_id", id}});
    const Json tokens = json_of(redeem(parameter(answer, "code"), {{"client_id", id}}));
    EXPECT_EQ(id_token_alg(tokens), *alg == 0 ? "RS256" : alg);
  }
}

TEST_F(AuthorizationServer, ThePageLogsInWhoeverIsChosenInTheBrowserThatAsked) {
  const auto page = authorize({{"login_hint", ""}, {"client_id", "<b>app"}});
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.body.find("<b>app"), std::string::npos);
  EXPECT_NE(page.body.find("&lt;b&gt;app"), std::string::npos);
  EXPECT_NE(header_of(page, "Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(header_of(page, "X-Frame-Options"), "DENY");
  const std::string cookie = header_of(page, "Set-Cookie");
  const std::string login = hidden(page, "login");
  const base::FormFields form{{"login", login}, {"user", "bob"}};
  EXPECT_EQ(post("/authorize", form).status, 400) << "another browser";
  const base::Headers own{{"Cookie", cookie.substr(0, cookie.find(';'))}};
  const auto answer = post("/authorize", form, own);
  EXPECT_EQ(answer.status, 303);
  const auto tokens = redeem(parameter(answer, "code"), {{"client_id", "<b>app"}});
  EXPECT_EQ(claims_of(json_of(tokens)["access_token"])["sub"], "bob");
  EXPECT_EQ(post("/authorize", form, own).status, 400) << "a login is over once it is over";
}

TEST_F(AuthorizationServer, DenyingIsToldToTheClient) {
  const auto page = authorize({{"login_hint", ""}});
  const std::string cookie = header_of(page, "Set-Cookie");
  const auto answer = post("/authorize", {{"login", hidden(page, "login")}, {"deny", "1"}},
                           {{"Cookie", cookie.substr(0, cookie.find(';'))}});
  EXPECT_EQ(parameter(answer, "error"), "access_denied");
  EXPECT_EQ(parameter(answer, "state"), "s&t=ate");
  EXPECT_EQ(parameter(answer, "iss"), idp_->issuer().url());
}

TEST_F(AuthorizationServer, ErrorsGoBackToTheClientWithStateAndIssuer) {
  const std::pair<base::FormFields, const char*> cases[] = {
      {{{"response_type", "token"}}, "unsupported_response_type"},
      {{{"response_type", ""}}, "invalid_request"},
      {{{"response_mode", "fragment"}}, "invalid_request"},
      {{{"code_challenge_method", "plain"}}, "invalid_request"},
      {{{"code_challenge_method", ""}}, "invalid_request"},
      {{{"code_challenge", ""}}, "invalid_request"},
      {{{"code_challenge", "short"}}, "invalid_request"},
      {{{"scope", "a  b"}}, "invalid_scope"},
      {{{"resource", "mcp#x"}}, "invalid_target"},
      {{{"login_hint", ""}, {"prompt", "none"}}, "login_required"},
  };
  for (const auto& [changes, error] : cases) {
    const auto answer = authorize(changes);
    EXPECT_EQ(answer.status, 302) << error;
    EXPECT_EQ(parameter(answer, "error"), error) << base::encode_form(changes);
    EXPECT_EQ(parameter(answer, "state"), "s&t=ate");
    EXPECT_EQ(parameter(answer, "iss"), idp_->issuer().url());
    EXPECT_EQ(parameter(answer, "code"), "");
  }
}

TEST_F(AuthorizationServer, WhereNobodyCanBeTrustedNothingIsRedirected) {
  for (const base::FormFields& changes :
       std::initializer_list<base::FormFields>{{{"client_id", ""}},
                                               {{"redirect_uri", ""}},
                                               {{"redirect_uri", "https://evil.example/cb"}},
                                               {{"redirect_uri", "javascript:alert(1)"}},
                                               {{"redirect_uri", "http://x@127.0.0.1/cb"}}}) {
    const auto answer = authorize(changes);
    EXPECT_EQ(answer.status, 400) << base::encode_form(changes);
    EXPECT_EQ(header_of(answer, "Location"), "");
  }
}

TEST_F(AuthorizationServer, ACodeIsGoodOnceAndForItsClientOnly) {
  const std::string text = code();
  EXPECT_EQ(json_of(redeem(text, {{"client_id", "other"}}))["error"], "invalid_grant");
  EXPECT_EQ(json_of(redeem(text, {{"code_verifier", ""}}))["error"], "invalid_grant");
  EXPECT_EQ(json_of(redeem(text, {{"resource", "urn:other"}}))["error"], "invalid_target");
  EXPECT_EQ(redeem(text).status, 200);
  const auto again = redeem(text);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(json_of(again)["error"], "invalid_grant");
  const std::string late = code();
  idp_->clock().advance(61s);
  EXPECT_EQ(json_of(redeem(late))["error"], "invalid_grant");
}

TEST_F(AuthorizationServer, RefreshTokensRotate) {
  const std::string first = json_of(redeem(code()))["refresh_token"];
  const auto refresh = [&](const std::string& token, const base::FormFields& more = {}) {
    return json_of(post(
        "/token",
        changed({{"grant_type", "refresh_token"}, {"client_id", "app"}, {"refresh_token", token}},
                more)));
  };
  const Json second = refresh(first, {{"scope", "a"}});
  EXPECT_EQ(second["scope"], "a");
  EXPECT_EQ(claims_of(second["access_token"])["scope"], "a");
  EXPECT_EQ(refresh(second["refresh_token"], {{"scope", "a b c"}})["error"], "invalid_scope");
  EXPECT_EQ(refresh(first)["error"], "invalid_grant");
  EXPECT_EQ(refresh(second["refresh_token"])["error"], "invalid_grant");
}

TEST_F(AuthorizationServer, ATokenIsExchangedForOneOfAnotherAudience) {
  const auto exchange = [&](const std::string& token, const base::FormFields& more = {}) {
    return json_of(post(
        "/token", changed({{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                           {"client_id", "server"},
                           {"client_secret", "any"},
                           {"subject_token", token},
                           {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"},
                           {"audience", "urn:upstream"}},
                          more)));
  };
  const std::string token = json_of(redeem(code()))["access_token"];
  const Json answer = exchange(token);
  EXPECT_EQ(answer["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
  const Json claims = claims_of(answer["access_token"]);
  EXPECT_EQ(claims["sub"], "alice");
  EXPECT_EQ(claims["aud"], "urn:upstream");
  EXPECT_EQ(claims["client_id"], "server");
  EXPECT_EQ(claims["act"], Json({{"sub", "server"}}));
  const Json twice = claims_of(exchange(answer["access_token"])["access_token"]);
  EXPECT_EQ(twice["act"]["act"], Json({{"sub", "server"}}));

  std::string tampered = token;
  char& middle = tampered[token.size() - 40];
  middle = middle == 'A' ? 'B' : 'A';
  EXPECT_EQ(exchange(tampered)["error"], "invalid_request");
  EXPECT_EQ(exchange("garbage")["error"], "invalid_request");
  EXPECT_EQ(exchange(token, {{"subject_token_type", "x"}})["error"], "invalid_request");
  EXPECT_EQ(exchange(token, {{"client_secret", ""}})["error"], "invalid_client");
  const auto foreign = idp_->issuer("other").recipe("urn:x")->mint();
  EXPECT_EQ(exchange(*foreign)["error"], "invalid_request");
  idp_->clock().advance(1h);
  EXPECT_EQ(exchange(token)["error"], "invalid_request");
}

TEST_F(AuthorizationServer, ARegisteredClientIsHeldToItsRegistration) {
  const auto response = enroll({{"redirect_uris", {"https://client.example/cb"}},
                                {"client_name", "An app"},
                                {"software_statement", "e30.e30.e30"}});
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const Json client = json_of(response);
  EXPECT_EQ(client["token_endpoint_auth_method"], "client_secret_basic");
  EXPECT_EQ(client["client_secret_expires_at"], 0);
  const std::string id = client["client_id"];
  EXPECT_EQ(authorize({{"client_id", id}}).status, 400) << "not its redirect URI";
  const auto answer = authorize({{"client_id", id}, {"redirect_uri", "https://client.example/cb"}});
  const base::FormFields own{{"client_id", id}, {"redirect_uri", "https://client.example/cb"}};
  const std::string text = parameter(answer, "code");
  const auto nameless = redeem(text, own);
  EXPECT_EQ(nameless.status, 401);
  EXPECT_EQ(header_of(nameless, "WWW-Authenticate"), "Basic realm=\"mcp-authspec\"");
  base::FormFields proven = own;
  proven.emplace_back("client_secret", client["client_secret"]);
  const Json tokens = json_of(redeem(text, proven));
  EXPECT_TRUE(tokens.contains("access_token"));
  EXPECT_FALSE(tokens.contains("refresh_token")) << "it did not register for that grant";
  EXPECT_EQ(json_of(post("/token", {{"grant_type", "client_credentials"},
                                    {"client_id", id},
                                    {"client_secret", client["client_secret"]}}))["error"],
            "unauthorized_client");
}

TEST_F(AuthorizationServer, WhatCannotBeRegisteredIsNamed) {
  const Json redirects = {"http://localhost/cb"};
  const std::pair<Json, const char*> cases[] = {
      {Json::object(), "invalid_redirect_uri"},
      {{{"redirect_uris", {"http://client.example/cb"}}}, "invalid_redirect_uri"},
      {{{"redirect_uris", {"javascript:alert(1)"}}}, "invalid_redirect_uri"},
      {{{"redirect_uris", {"https://client.example/cb#x"}}}, "invalid_redirect_uri"},
      {{{"redirect_uris", "http://localhost/cb"}}, "invalid_client_metadata"},
      {{{"redirect_uris", redirects}, {"grant_types", {"password"}}}, "invalid_client_metadata"},
      {{{"redirect_uris", redirects}, {"response_types", {"token"}}}, "invalid_client_metadata"},
      {{{"redirect_uris", redirects}, {"token_endpoint_auth_method", "magic"}},
       "invalid_client_metadata"},
      {{{"redirect_uris", redirects}, {"jwks", Json::object()}, {"jwks_uri", "https://x"}},
       "invalid_client_metadata"},
      {{{"redirect_uris", redirects}, {"client_name", std::string(70'000, 'x')}},
       "invalid_client_metadata"},
      {Json::array(), "invalid_client_metadata"},
  };
  for (const auto& [document, error] : cases) {
    const auto response = enroll(document);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(json_of(response)["error"], error) << document.dump().substr(0, 100);
  }
}

TEST_F(AuthorizationServer, StrictWantsRegistrationPkceAndAPerson) {
  start(true);
  EXPECT_EQ(authorize({}).status, 400) << "not registered";
  const std::string id = json_of(enroll({{"redirect_uris", {"http://127.0.0.1/cb"}},
                                         {"token_endpoint_auth_method", "none"}}))["client_id"];
  EXPECT_EQ(
      parameter(
          authorize({{"client_id", id}, {"code_challenge", ""}, {"code_challenge_method", ""}}),
          "error"),
      "invalid_request");
  EXPECT_EQ(authorize({{"client_id", id}}).status, 200) << "the page, in spite of the hint";
  EXPECT_EQ(json_of(post("/token", {{"grant_type", "client_credentials"},
                                    {"client_id", "me"},
                                    {"client_secret", "any"}}))["error"],
            "invalid_client");
}

TEST_F(AuthorizationServer, OddRequestsAreErrorsAndNotCrashes) {
  EXPECT_EQ(call({.method = "PUT", .url = "/authorize"}).status, 405);
  EXPECT_EQ(call({.url = "/register"}).status, 405);
  EXPECT_EQ(call({.url = "/token"}).status, 405);
  EXPECT_EQ(call({.url = "/authorize?%25zz&&=&client_id=%00"}).status, 400);
  EXPECT_EQ(call({.method = "POST", .url = "/authorize", .body = "x"}).status, 400);
  EXPECT_EQ(json_of(post("/token", {{"grant_type", "password"}, {"client_id", "me"}}))["error"],
            "unsupported_grant_type");
  EXPECT_EQ(
      json_of(post("/token", {{"grant_type", "authorization_code"}, {"client_id", "me"}}))["error"],
      "invalid_request");
  EXPECT_EQ(json_of(post("/token", {{"grant_type", "refresh_token"},
                                    {"client_id", "me"},
                                    {"refresh_token", "."}}))["error"],
            "invalid_grant");
}

}  // namespace
}  // namespace idp
