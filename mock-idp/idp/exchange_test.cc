#include <gtest/gtest.h>

#include "mock-idp/idp/token_side_testing.h"

// Tokens for tokens: RFC 8693, RFC 7523, and ID-JAG, which takes one of each.
namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr char kExchangeGrant[] = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr char kJwtBearerGrant[] = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const std::string kTypes = "urn:ietf:params:oauth:token-type:";

class ExchangeTest : public TokenSide {
 protected:
  Json exchange(const std::string& token, const base::FormFields& changes = {}) const {
    return json_of(post("/token", with({{"grant_type", kExchangeGrant},
                                        {"client_id", "app"},
                                        {"client_secret", "any"},
                                        {"subject_token", token},
                                        {"subject_token_type", kTypes + "access_token"}},
                                       changes)));
  }
  /// An ID-JAG of the company's issuer for that audience, for a user who logged in there.
  Json id_jag(const base::FormFields& changes = {}) {
    use("company");
    const Json tokens = json_of(redeem(code({{"scope", "openid"}})));
    const Json answer =
        exchange(tokens["id_token"], with({{"subject_token_type", kTypes + "id_token"},
                                           {"requested_token_type", kTypes + "id-jag"},
                                           {"audience", idp_->issuer("main").url()},
                                           {"resource", "http://localhost/mcp"},
                                           {"scope", "a b"}},
                                          changes));
    use("main");
    return answer;
  }
  Json present(const std::string& assertion, const base::FormFields& changes = {}) const {
    return json_of(post("/token", with({{"grant_type", kJwtBearerGrant},
                                        {"client_id", "app"},
                                        {"client_secret", "any"},
                                        {"assertion", assertion}},
                                       changes)));
  }
  /// An assertion of another issuer, which is good for "main".
  jose::Recipe assertion(const std::string& iss = "company") const {
    jose::Recipe recipe = *idp_->issuer(iss).recipe(idp_->issuer("main").url());
    recipe.header.set_string("typ", "JWT");
    recipe.claims.set_string("sub", "dave");
    return recipe;
  }
  /// The same as an ID-JAG for the client "app".
  jose::Recipe jag() const {
    jose::Recipe recipe = assertion();
    recipe.header.set_string("typ", "oauth-id-jag+jwt");
    recipe.claims.set_string("client_id", "app");
    return recipe;
  }
};

TEST_F(ExchangeTest, AnIdTokenBecomesAnIdJagAndThatAToken) {
  const Json given = id_jag();
  EXPECT_EQ(given["issued_token_type"], kTypes + "id-jag");
  EXPECT_EQ(given["token_type"], "N_A");
  EXPECT_EQ(given["expires_in"], 300);
  const std::string text = given["access_token"];
  const Json header = *base::parse_json(*base::base64url_decode(base::split(text, '.').at(0)));
  EXPECT_EQ(header["typ"], "oauth-id-jag+jwt");
  const Json claims = claims_of(text);
  EXPECT_EQ(claims["iss"], idp_->issuer("company").url());
  EXPECT_EQ(claims["aud"], idp_->issuer("main").url());
  EXPECT_EQ(claims["sub"], "alice");
  EXPECT_EQ(claims["client_id"], "app");
  EXPECT_EQ(claims["resource"], "http://localhost/mcp");

  const Json answer = present(text, {{"scope", "a"}});
  EXPECT_EQ(answer["token_type"], "Bearer");
  EXPECT_EQ(answer["scope"], "a");
  EXPECT_FALSE(answer.contains("refresh_token"));
  const Json token = claims_of(answer["access_token"]);
  EXPECT_EQ(token["iss"], idp_->issuer("main").url());
  EXPECT_EQ(token["sub"], "alice");
  EXPECT_EQ(token["aud"], "http://localhost/mcp");
  EXPECT_EQ(token["client_id"], "app");
  EXPECT_EQ(present(text)["error"], "invalid_grant") << "it works once";
}

TEST_F(ExchangeTest, AnIdJagIsForItsClientScopeAndResource) {
  const std::string text = id_jag()["access_token"];
  EXPECT_EQ(present(text, {{"client_id", "other"}})["error"], "invalid_grant");
  EXPECT_EQ(present(text, {{"client_secret", ""}})["error"], "invalid_client");
  EXPECT_EQ(present(text, {{"scope", "a b c"}})["error"], "invalid_scope");
  EXPECT_EQ(present(text, {{"resource", "urn:other"}})["error"], "invalid_target");
  EXPECT_TRUE(present(text).contains("access_token")) << "refusals do not use it up";
}

TEST_F(ExchangeTest, WhatIsNoIdentityGetsNoIdJag) {
  EXPECT_EQ(id_jag({{"subject_token_type", kTypes + "access_token"}})["error"], "invalid_request");
  EXPECT_EQ(id_jag({{"audience", ""}})["error"], "invalid_request");
  EXPECT_EQ(id_jag({{"audience", "main"}})["error"], "invalid_target");
  EXPECT_EQ(id_jag({{"client_id", "other"}})["error"], "invalid_request") << "not its ID token";
  EXPECT_EQ(exchange("x", {{"client_secret", ""}})["error"], "invalid_client");
  EXPECT_EQ(id_jag({{"subject_token", "e30.e30.e30"}})["error"], "invalid_request");
}

TEST_F(ExchangeTest, EachThingWrongWithAnAssertionIsInvalidGrant) {
  const std::pair<const char*, std::function<void(jose::Recipe&)>> cases[] = {
      {"typ", [](auto& recipe) { recipe.header_member("typ", R"("at+jwt")"); }},
      {"iss", [](auto& recipe) { recipe.claim("iss", R"("https://elsewhere.example")"); }},
      {"iss", [](auto& recipe) { recipe.without_claim("iss"); }},
      {"expired", [](auto& recipe) { recipe.expiring_in(0s); }},
      {"expired", [](auto& recipe) { recipe.without_claim("exp"); }},
      {"yet", [](auto& recipe) { recipe.claim("nbf", std::to_string(recipe.now + 60)); }},
      {"sub", [](auto& recipe) { recipe.without_claim("sub"); }},
      {"aud", [](auto& recipe) { recipe.claim("aud", R"(["urn:x"])"); }},
      {"aud", [](auto& recipe) { recipe.without_claim("aud"); }},
      {"jti", [](auto& recipe) { recipe.without_claim("jti"); }},
      {"iat", [](auto& recipe) { recipe.without_claim("iat"); }},
      {"client_id", [](auto& recipe) { recipe.claim("client_id", R"("other")"); }},
      {"crit", [](auto& recipe) { recipe.header_member("crit", "[]"); }},
      {"signed",
       [](auto& recipe) { recipe.after_signing = [](auto& parts) { parts.signature = "AAAA"; }; }},
  };
  for (const auto& [what, spoil] : cases) {
    jose::Recipe recipe = jag();
    spoil(recipe);
    const Json answer = present(*recipe.mint());
    EXPECT_EQ(answer["error"], "invalid_grant") << what;
    const std::string why = answer.value("error_description", "");
    EXPECT_NE(why.find(what), std::string::npos) << why;
  }
  EXPECT_EQ(present("garbage")["error"], "invalid_grant");
  EXPECT_EQ(present("")["error"], "invalid_request");
}

TEST_F(ExchangeTest, AnAudienceOfAnIdJagIsTheIssuerAlone) {
  const std::string both =
      Json({idp_->issuer("main").url(), idp_->issuer("main").url() + "/token"}).dump();
  EXPECT_EQ(present(*jag().claim("aud", both).mint())["error"], "invalid_grant");
  const Json answer = present(*assertion().claim("aud", both).mint(), {{"client_secret", ""}});
  EXPECT_EQ(claims_of(answer["access_token"])["sub"], "dave");
}

TEST_F(ExchangeTest, NobodyVouchesForItself) {
  EXPECT_EQ(present(*assertion("main").mint())["error"], "invalid_grant");
}

TEST_F(ExchangeTest, AnUnpublishedKeyVouchesForNobody) {
  const auto key = idp_->issuer("company").keys().rotate("ES256");
  ASSERT_TRUE(key);
  ASSERT_TRUE(idp_->issuer("company").keys().set_state(key->kid(), KeyState::ghost));
  EXPECT_EQ(present(*assertion().mint())["error"], "invalid_grant");
}

TEST_F(ExchangeTest, AnActorActsForTheSubject) {
  const std::string subject = json_of(redeem(code()))["access_token"];
  const std::string actor = json_of(redeem(code({{"login_hint", "bob"}})))["access_token"];
  const Json answer = exchange(
      subject, {{"actor_token", actor}, {"actor_token_type", kTypes + "jwt"}, {"scope", "a"}});
  EXPECT_EQ(answer["issued_token_type"], kTypes + "access_token");
  const Json claims = claims_of(answer["access_token"]);
  EXPECT_EQ(claims["sub"], "alice");
  EXPECT_EQ(claims["scope"], "a");
  EXPECT_EQ(claims["act"], Json({{"sub", "bob"}}));
  EXPECT_EQ(exchange(subject, {{"actor_token", actor}})["error"], "invalid_request");
  EXPECT_EQ(exchange(subject, {{"actor_token_type", kTypes + "jwt"}})["error"], "invalid_request");
  EXPECT_EQ(
      exchange(subject, {{"actor_token", "x"}, {"actor_token_type", kTypes + "jwt"}})["error"],
      "invalid_request");
}

TEST_F(ExchangeTest, TheSubjectTokenMaySayWhoMayAct) {
  const auto token_with = [&](const std::string& may_act) {
    return *issuer().recipe("urn:x", "a")->claim("may_act", may_act).mint();
  };
  EXPECT_TRUE(exchange(token_with(R"({"sub":"app"})")).contains("access_token"));
  EXPECT_EQ(exchange(token_with(R"({"sub":"other"})"))["error"], "invalid_request");
  EXPECT_EQ(exchange(token_with(R"({"sub":"app","iss":"https://x"})"))["error"], "invalid_request");
  EXPECT_EQ(exchange(token_with("7"))["error"], "invalid_request");
}

TEST_F(ExchangeTest, EveryKindOfOwnTokenIsASubject) {
  const Json tokens = json_of(redeem(code({{"scope", "openid a"}})));
  for (const char* kind : {"access_token", "refresh_token", "id_token"}) {
    const Json answer = exchange(tokens[kind], {{"subject_token_type", kTypes + kind}});
    EXPECT_EQ(claims_of(answer.value("access_token", "a.e30"))["sub"], "alice") << kind;
  }
  EXPECT_EQ(exchange(tokens["id_token"])["error"], "invalid_request")
      << "an ID token is no access token";
  EXPECT_EQ(exchange(tokens["access_token"], {{"subject_token_type", kTypes + "saml2"}})["error"],
            "invalid_request");
  EXPECT_EQ(exchange(tokens["access_token"], {{"requested_token_type", kTypes + "saml2"}})["error"],
            "invalid_request");
  revoke(tokens["access_token"]);
  EXPECT_EQ(exchange(tokens["access_token"])["error"], "invalid_request");
}

TEST_F(ExchangeTest, AnOpaqueTokenIsExchangedAsWell) {
  use("main~google");
  const Json tokens = json_of(redeem(code()));
  const Json answer = exchange(tokens["access_token"]);
  EXPECT_TRUE(answer.contains("access_token")) << answer.dump();
  revoke(tokens["access_token"]);
  EXPECT_EQ(exchange(tokens["access_token"])["error"], "invalid_request");
}

}  // namespace
}  // namespace idp
