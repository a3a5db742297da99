#include <gtest/gtest.h>

#include <functional>

#include "common/tls/certificate.h"
#include "mock-idp/idp/token_side_testing.h"
#include "mock-idp/jose/proof.h"

// Tokens that are bound to a key (RFC 9449).
namespace idp {
namespace {

using namespace std::chrono_literals;

class DpopTest : public TokenSide {
 protected:
  jose::Recipe proof_for(std::string_view path, const std::string& token = {},
                         std::string_view alg = "ES256") const {
    return jose::proof(*jose::Key::from_pool(alg, 3),
                       {.method = path == "/userinfo" ? "GET" : "POST",
                        .url = issuer().url() + std::string(path),
                        .access_token = token,
                        .now = idp_->clock().epoch_seconds()});
  }
  static base::Headers dpop(const jose::Recipe& recipe) { return {{"DPoP", *recipe.mint()}}; }
  http::ClientResponse owner(const std::string& scheme, const std::string& token,
                             base::Headers headers) const {
    headers.push_back({"Authorization", scheme + " " + token});
    return call({.url = "/userinfo", .headers = std::move(headers)});
  }
  /// Tokens of the scope openid, bound to the pool's key.
  Json bound() const { return json_of(redeem(code({{"scope", "openid"}}), {}, good())); }
  base::Headers good() const { return dpop(proof_for("/token")); }
};

TEST_F(DpopTest, AProofBindsTheTokensToItsKey) {
  for (const char* alg : {"ES256", "RS256", "PS512", "EdDSA", "ES256K"}) {
    const Json tokens = json_of(redeem(code(), {}, dpop(proof_for("/token", {}, alg))));
    EXPECT_EQ(tokens["token_type"], "DPoP") << alg;
    const Json cnf = {{"jkt", jose::Key::from_pool(alg, 3)->thumbprint()}};
    EXPECT_EQ(claims_of(tokens["access_token"])["cnf"], cnf);
    const Json told = json_of(introspect(tokens["access_token"]));
    EXPECT_EQ(told["token_type"], "DPoP");
    EXPECT_EQ(told["cnf"], cnf);
  }
  const Json plain = json_of(redeem(code()));
  EXPECT_EQ(plain["token_type"], "Bearer");
  EXPECT_FALSE(claims_of(plain["access_token"]).contains("cnf"));
}

TEST_F(DpopTest, WhatIsWrongWithAProofIsTold) {
  const std::pair<const char*, std::function<void(jose::Recipe&)>> cases[] = {
      {"typ", [](auto& proof) { proof.header_member("typ", R"("JWT")"); }},
      {"alg",
       [](auto& proof) {
         proof.header_member("alg", R"("none")");
         proof.signer = [](const std::string&) { return "signature"; };
       }},
      {"alg", [](auto& proof) { proof.signed_with_secret("secret"); }},
      {"jwk", [](auto& proof) { proof.without_header("jwk"); }},
      {"jwk",
       [](auto& proof) {
         proof.header_member("jwk", jose::Key::from_pool("ES256", 3)->private_jwk());
       }},
      {"signature",
       [](auto& proof) {
         proof.header_member("jwk", jose::Key::from_pool("ES256", 2)->bare_jwk());
       }},
      {"suit",
       [](auto& proof) {
         proof.header_member("alg", R"("ES384")");
         proof.signer = [](const std::string&) { return "signature"; };
       }},
      {"crit", [](auto& proof) { proof.header_member("crit", R"(["b64"])"); }},
      {"htm", [](auto& proof) { proof.claim("htm", R"("GET")"); }},
      {"htm", [](auto& proof) { proof.without_claim("htm"); }},
      {"htu", [](auto& proof) { proof.claim("htu", R"("http://127.0.0.1/token")"); }},
      {"htu", [](auto& proof) { proof.claim("htu", "7"); }},
      {"iat", [](auto& proof) { proof.without_claim("iat"); }},
      {"iat", [](auto& proof) { proof.claim("iat", std::to_string(proof.now - 301)); }},
      {"iat", [](auto& proof) { proof.claim("iat", std::to_string(proof.now + 61)); }},
      {"iat", [](auto& proof) { proof.claim("iat", "\"now\""); }},
      {"jti", [](auto& proof) { proof.without_claim("jti"); }},
      {"JWT", [](auto& proof) { proof.assemble = [](const auto&) { return "garbage"; }; }},
  };
  for (const auto& [what, spoil] : cases) {
    jose::Recipe proof = proof_for("/token");
    spoil(proof);
    const auto response = redeem(code(), {}, dpop(proof));
    EXPECT_EQ(response.status, 400) << what;
    EXPECT_EQ(json_of(response)["error"], "invalid_dpop_proof") << what;
    const std::string why = json_of(response).value("error_description", "");
    EXPECT_NE(why.find(what), std::string::npos) << why;
  }
}

TEST_F(DpopTest, AProofIsGoodOnceAndThereIsOne) {
  const base::Headers used = good();
  const std::string text = code();
  EXPECT_EQ(redeem(text, {}, used).status, 200);
  EXPECT_EQ(json_of(redeem(code(), {}, used))["error"], "invalid_dpop_proof");
  base::Headers two = good();
  two.push_back(good().front());
  EXPECT_EQ(json_of(redeem(code(), {}, two))["error"], "invalid_dpop_proof");
}

TEST_F(DpopTest, AFailedProofDoesNotUseTheCodeUp) {
  const std::string text = code();
  jose::Recipe proof = proof_for("/token");
  proof.claim("htm", R"("GET")");
  EXPECT_EQ(redeem(text, {}, dpop(proof)).status, 400);
  EXPECT_EQ(redeem(text, {}, good()).status, 200);
}

TEST_F(DpopTest, ThePathOfTheProofMayHaveAQuery) {
  jose::Recipe proof = proof_for("/token");
  proof.claim("htu", base::json_string(issuer().url() + "/token?a=b#c"));
  EXPECT_EQ(redeem(code(), {}, dpop(proof)).status, 200);
}

TEST_F(DpopTest, RefreshTokensOfPublicClientsAreBoundToTheKey) {
  const std::string token = bound()["refresh_token"];
  EXPECT_EQ(json_of(refresh(token))["error"], "invalid_grant");
  jose::Recipe other = proof_for("/token");
  other.key = *jose::Key::from_pool("ES256", 2);
  other.header_member("jwk", other.key->bare_jwk());
  EXPECT_EQ(json_of(refresh(token, {}, dpop(other)))["error"], "invalid_grant");
  EXPECT_EQ(json_of(refresh(token, {}, good()))["token_type"], "DPoP");
}

TEST_F(DpopTest, ACodeMayBeBoundToAKeyFromTheStart) {
  const std::string thumbprint = jose::Key::from_pool("ES256", 3)->thumbprint();
  const std::string text = code({{"dpop_jkt", thumbprint}});
  EXPECT_EQ(json_of(redeem(text))["error"], "invalid_grant");
  EXPECT_EQ(json_of(redeem(text, {}, dpop(proof_for("/token", {}, "RS256"))))["error"],
            "invalid_grant");
  EXPECT_EQ(redeem(text, {}, good()).status, 200);
}

TEST_F(DpopTest, AProofWithAPushedRequestBindsItsCode) {
  const base::FormFields pushed = {
      {"response_type", "code"},
      {"client_id", "app"},
      {"redirect_uri", kCallback},
      {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
      {"code_challenge_method", "S256"},
      {"login_hint", "alice"}};
  const Json answer = json_of(post("/par", pushed, dpop(proof_for("/par"))));
  ASSERT_TRUE(answer.contains("request_uri")) << answer.dump();
  const std::string query =
      base::encode_form({{"client_id", "app"}, {"request_uri", answer["request_uri"]}});
  const std::string location = header_of(call({.url = "/authorize?" + query}), "Location");
  const std::string text =
      base::form_value(base::parse_form(location.substr(location.find('?') + 1)), "code");
  EXPECT_EQ(json_of(redeem(text))["error"], "invalid_grant");
  EXPECT_EQ(redeem(text, {}, good()).status, 200);

  base::FormFields torn = pushed;
  torn.emplace_back("dpop_jkt", jose::Key::from_pool("ES256", 2)->thumbprint());
  EXPECT_EQ(json_of(post("/par", torn, dpop(proof_for("/par"))))["error"], "invalid_request");
  EXPECT_EQ(json_of(post("/par", pushed, good()))["error"], "invalid_dpop_proof") << "not its URL";
}

TEST_F(DpopTest, UserinfoWantsTheProofOfTheTokensKey) {
  const std::string token = bound()["access_token"];
  const auto answered = owner("DPoP", token, dpop(proof_for("/userinfo", token)));
  EXPECT_EQ(answered.status, 200);
  EXPECT_EQ(json_of(answered)["sub"], "alice");
  EXPECT_FALSE(json_of(answered).contains("cnf"));

  const auto bearer = owner("Bearer", token, {});
  EXPECT_EQ(bearer.status, 401) << "it is no bearer token";
  EXPECT_EQ(json_of(bearer)["error"], "invalid_token");
  EXPECT_EQ(owner("DPoP", token, {}).status, 401) << "without a proof";
  EXPECT_EQ(owner("DPoP", token, dpop(proof_for("/userinfo"))).status, 401) << "without ath";
  const auto foreign = owner("DPoP", token, dpop(proof_for("/userinfo", token, "RS256")));
  EXPECT_EQ(foreign.status, 401) << "of another key";
  const std::string plain = json_of(redeem(code()))["access_token"];
  EXPECT_EQ(owner("DPoP", plain, dpop(proof_for("/userinfo", plain))).status, 401);
  EXPECT_EQ(owner("Bearer", plain, {}).status, 200);
}

TEST_F(DpopTest, AnIssuerMayWantItsNonceInEveryProof) {
  use("main~dpop-nonce");
  const std::string text = code();
  const auto without = redeem(text, {}, good());
  EXPECT_EQ(without.status, 400);
  EXPECT_EQ(json_of(without)["error"], "use_dpop_nonce");
  const std::string nonce = header_of(without, "DPoP-Nonce");
  ASSERT_FALSE(nonce.empty());
  const auto with_nonce = [&](jose::Recipe proof) {
    proof.claims.set_string("nonce", nonce);
    return dpop(proof);
  };
  const auto answered = redeem(text, {}, with_nonce(proof_for("/token")));
  ASSERT_EQ(answered.status, 200) << answered.body;
  const std::string token = json_of(answered)["access_token"];
  const auto refused = owner("DPoP", token, dpop(proof_for("/userinfo", token)));
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(header_of(refused, "WWW-Authenticate").find("Bearer"), std::string::npos);
  EXPECT_EQ(json_of(refused)["error"], "use_dpop_nonce");
  EXPECT_EQ(owner("DPoP", token, with_nonce(proof_for("/userinfo", token))).status, 200);
  idp_->clock().advance(10min);
  EXPECT_EQ(json_of(redeem(code(), {}, with_nonce(proof_for("/token"))))["error"], "use_dpop_nonce")
      << "nonces do not live for ever";
}

TEST_F(DpopTest, AnIssuerMayTakeAnyProof) {
  use("main~dpop-unchecked");
  jose::Recipe proof = proof_for("/token");
  proof.header_member("typ", R"("JWT")").claim("htm", R"("GET")").without_claim("iat");
  proof.header_member("jwk", jose::Key::from_pool("ES256", 2)->bare_jwk());
  const Json tokens = json_of(redeem(code(), {}, dpop(proof)));
  EXPECT_EQ(tokens["token_type"], "DPoP");
  EXPECT_EQ(claims_of(tokens["access_token"])["cnf"]["jkt"],
            jose::Key::from_pool("ES256", 2)->thumbprint());
}

}  // namespace
}  // namespace idp
