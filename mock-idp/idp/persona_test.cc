#include "mock-idp/idp/persona.h"

#include <gtest/gtest.h>

#include <map>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/http/client.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {
namespace {

using nlohmann::json;

constexpr const char* kAudience = R"("https://mcp.example/mcp")";

json payload_of(const jose::Recipe& recipe) {
  return json::parse(recipe.claims.to_json(), nullptr, false);
}
json header_of(const jose::Recipe& recipe) {
  return json::parse(recipe.header.to_json(), nullptr, false);
}

class Personas : public testing::Test {
 protected:
  Issuer& issuer(Persona persona) {
    return provider_->issuer("main~" + std::string(to_string(persona)));
  }
  jose::Recipe token(Persona persona, std::string_view kind = {}) {
    auto recipe = issuer(persona).token(
        kind, {.audience_json = kAudience, .scope = "mcp:tools mcp:read", .nonce = "n1"});
    EXPECT_TRUE(recipe) << recipe.error().message;
    return recipe ? *recipe : jose::Recipe{};
  }
  http::ClientResponse get(const std::string& url) {
    auto response =
        http::fetch({.method = "GET", .url = url}, base::Deadline::after(std::chrono::seconds(5)));
    EXPECT_TRUE(response) << url;
    return response ? *response : http::ClientResponse{};
  }
  json get_json(const std::string& url) {
    const auto response = get(url);
    EXPECT_EQ(response.status, 200) << url;
    return json::parse(response.body, nullptr, false);
  }
  json document_of(Persona persona) {
    std::string url = issuer(persona).url();
    if (url.back() == '/') url.pop_back();
    return get_json(url + "/.well-known/openid-configuration");
  }

  std::unique_ptr<MockIdp> provider_ = std::move(MockIdp::start({}).value());
};

TEST_F(Personas, NameEachOther) {
  for (const Persona persona : all_personas()) {
    EXPECT_EQ(persona_from(to_string(persona)), persona);
  }
  EXPECT_FALSE(persona_from("ping"));
}

TEST_F(Personas, HaveIssuersOfTheirShape) {
  const std::string base = provider_->origin() + "/i/main~";
  const std::map<Persona, std::string> expected = {
      {Persona::generic, "generic"},
      {Persona::auth0, "auth0/"},
      {Persona::okta, "okta/oauth2/default"},
      {Persona::entra, "entra/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/v2.0"},
      {Persona::google, "google"},
      {Persona::keycloak, "keycloak/realms/mcp"},
      {Persona::cognito, "cognito/eu-central-1_mCpAuth01"},
      {Persona::github, "github/login/oauth"}};
  for (const auto& [persona, end] : expected) EXPECT_EQ(issuer(persona).url(), base + end);
}

TEST_F(Personas, AreChosenForAWholeProvider) {
  auto provider = MockIdp::start({.persona = Persona::okta});
  ASSERT_TRUE(provider);
  EXPECT_EQ((*provider)->issuer().url(), (*provider)->origin() + "/i/main/oauth2/default");
  EXPECT_EQ(get((*provider)->issuer().url() + "/.well-known/openid-configuration").status, 200);
}

TEST_F(Personas, PublishADocumentThatNamesTheIssuerAndLiveEndpoints) {
  for (const Persona persona : all_personas()) {
    if (persona == Persona::github) continue;
    const json document = document_of(persona);
    EXPECT_EQ(document.at("issuer"), issuer(persona).url());
    EXPECT_EQ(document.at("jwks_uri"), issuer(persona).jwks_uri());
    for (const auto& [name, value] : document.items()) {
      if (!value.is_string() || value.get<std::string>().rfind(provider_->origin(), 0) != 0) {
        continue;
      }
      if (name == "issuer") continue;
      EXPECT_NE(get(value.get<std::string>()).status, 404) << name << value;
    }
  }
}

TEST_F(Personas, PublishTheOAuthDocumentWithTheWellKnownPathInFrontOrBehind) {
  const std::string origin = provider_->origin();
  const std::string inserted = origin + "/.well-known/oauth-authorization-server/i/main~";
  EXPECT_EQ(get_json(inserted + "okta/oauth2/default").at("issuer"), issuer(Persona::okta).url());
  EXPECT_EQ(get_json(inserted + "auth0").at("issuer"), issuer(Persona::auth0).url());
  EXPECT_EQ(get_json(inserted + "github/login/oauth").at("issuer"), issuer(Persona::github).url());
  EXPECT_EQ(get_json(inserted + "generic").at("issuer"), issuer(Persona::generic).url());
  // Entra, Google and Cognito have the OpenID Connect document only, GitHub has none of those.
  EXPECT_EQ(get(inserted + "google").status, 404);
  EXPECT_EQ(get(inserted + "generic/oauth2/default").status, 404);
  EXPECT_EQ(get(issuer(Persona::github).url() + "/.well-known/openid-configuration").status, 404);
}

TEST_F(Personas, HaveNoDocumentWhereTheirsDoNotBelong) {
  const std::string base = provider_->origin() + "/i/main~";
  EXPECT_EQ(get(base + "keycloak/.well-known/openid-configuration").status, 404);
  EXPECT_EQ(get(base + "keycloak/realms/other/.well-known/openid-configuration").status, 404);
}

TEST_F(Personas, PromiseOnlyWhatTheProviderDoes) {
  const json generic = document_of(Persona::generic);
  const json keycloak = document_of(Persona::keycloak);
  const auto grants = base::texts(generic.at("grant_types_supported"));
  for (const std::string& grant : base::texts(keycloak.at("grant_types_supported"))) {
    EXPECT_TRUE(base::contains(grants, grant)) << grant;
  }
  EXPECT_FALSE(keycloak.contains("check_session_iframe"));
}

TEST_F(Personas, KnowEntrasOtherIssuers) {
  const std::string base = issuer(Persona::entra).base();
  const std::string tenant = "/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9";
  const std::string end = "/.well-known/openid-configuration";
  EXPECT_EQ(get_json(base + tenant + end).at("issuer"), base + "/sts.windows.net" + tenant + "/");
  EXPECT_EQ(get_json(base + "/common/v2.0" + end).at("issuer"), base + "/{tenantid}/v2.0");
}

TEST_F(Personas, KnowOktasOrganisationServer) {
  const std::string base = issuer(Persona::okta).base();
  const json document = get_json(base + "/.well-known/openid-configuration");
  EXPECT_EQ(document.at("issuer"), base);
  EXPECT_EQ(document.at("jwks_uri"), base + "/oauth2/v1/keys");
}

TEST_F(Personas, OktaPutsScopesInAnArray) {
  const jose::Recipe recipe = token(Persona::okta);
  const json claims = payload_of(recipe);
  EXPECT_EQ(claims.at("scp"), json({"mcp:tools", "mcp:read"}));
  EXPECT_EQ(claims.at("aud"), "https://mcp.example/mcp");
  EXPECT_EQ(claims.at("cid"), habits_of(Persona::okta).client_id);
  EXPECT_EQ(claims.at("ver"), 1);
  EXPECT_EQ(claims.at("jti").get<std::string>().rfind("AT.", 0), 0U);
  EXPECT_FALSE(claims.contains("scope"));
  EXPECT_FALSE(header_of(recipe).contains("typ"));
}

TEST_F(Personas, EntraPutsScopesInAStringAndHasTwoVersions) {
  const json two = payload_of(token(Persona::entra));
  EXPECT_EQ(two.at("scp"), "mcp:tools mcp:read");
  EXPECT_EQ(two.at("ver"), "2.0");
  EXPECT_EQ(two.at("nbf"), two.at("iat"));
  EXPECT_TRUE(two.contains("azp"));
  const jose::Recipe old = token(Persona::entra, "access-v1");
  const json one = payload_of(old);
  EXPECT_EQ(one.at("ver"), "1.0");
  EXPECT_TRUE(one.contains("appid"));
  EXPECT_NE(one.at("iss"), two.at("iss"));
  EXPECT_EQ(one.at("iss").get<std::string>().back(), '/');
  EXPECT_EQ(header_of(old).at("x5t"), header_of(old).at("kid"));
  const json machine = payload_of(token(Persona::entra, "machine"));
  EXPECT_EQ(machine.at("roles"), json({"mcp:tools", "mcp:read"}));
  EXPECT_FALSE(machine.contains("scp"));
}

TEST_F(Personas, Auth0AddsItsUserinfoToTheAudience) {
  const json claims = payload_of(token(Persona::auth0));
  EXPECT_EQ(claims.at("aud"),
            json({"https://mcp.example/mcp", issuer(Persona::auth0).url() + "userinfo"}));
  EXPECT_EQ(claims.at("permissions"), json({"mcp:tools", "mcp:read"}));
  EXPECT_EQ(claims.at("scope"), "openid profile mcp:tools mcp:read");
  EXPECT_EQ(claims.at("iss").get<std::string>().back(), '/');
}

TEST_F(Personas, KeycloakTellsKindsApartByAClaim) {
  const json access = payload_of(token(Persona::keycloak));
  EXPECT_EQ(access.at("typ"), "Bearer");
  EXPECT_EQ(access.at("aud"), json({"https://mcp.example/mcp", "account"}));
  EXPECT_EQ(payload_of(token(Persona::keycloak, "access-account")).at("aud"), "account");
  EXPECT_EQ(payload_of(token(Persona::keycloak, "id")).at("typ"), "ID");
  EXPECT_EQ(payload_of(token(Persona::keycloak, "refresh")).at("typ"), "Refresh");
}

TEST_F(Personas, CognitoNamesAClientAndNoAudience) {
  const json access = payload_of(token(Persona::cognito));
  EXPECT_FALSE(access.contains("aud"));
  EXPECT_EQ(access.at("token_use"), "access");
  EXPECT_EQ(access.at("client_id"), habits_of(Persona::cognito).client_id);
  const json id = payload_of(token(Persona::cognito, "id"));
  EXPECT_EQ(id.at("token_use"), "id");
  EXPECT_EQ(id.at("aud"), habits_of(Persona::cognito).client_id);
}

TEST_F(Personas, GoogleWritesItsIssuerInTwoWays) {
  const std::string with = payload_of(token(Persona::google, "id")).at("iss");
  const std::string without = payload_of(token(Persona::google, "id-no-scheme")).at("iss");
  EXPECT_EQ(with, "http://" + without);
}

TEST_F(Personas, OpaqueTokensLookLikeTheirs) {
  for (const Persona persona : {Persona::google, Persona::github}) {
    const auto text = issuer(persona).issue(token(persona));
    ASSERT_TRUE(text);
    EXPECT_TRUE(issuer(persona).opaque_tokens().find(*text));
    EXPECT_NE(*text, opaque_token(persona));
  }
  EXPECT_EQ(opaque_token(Persona::github).size(), 40U);
  EXPECT_EQ(opaque_token(Persona::github).rfind("gho_", 0), 0U);
  EXPECT_EQ(opaque_token(Persona::google).rfind("ya29.", 0), 0U);
}

TEST_F(Personas, HaveNoKindsOfTokensButTheirOwn) {
  EXPECT_FALSE(issuer(Persona::okta).token("access-v1", {}));
  EXPECT_FALSE(issuer(Persona::generic).token("id", {}));
}

TEST_F(Personas, LeaveClaimsOutThatHaveNoValue) {
  const auto recipe = issuer(Persona::okta).token({}, {.audience_json = kAudience});
  ASSERT_TRUE(recipe);
  EXPECT_FALSE(payload_of(*recipe).contains("scp"));
  EXPECT_FALSE(payload_of(token(Persona::okta)).contains("nonce"));
}

TEST_F(Personas, WriteHostileValuesAsJson) {
  const std::string hostile = "a\"b\\<exp>\n";
  const auto recipe =
      issuer(Persona::entra)
          .token({}, {.audience_json = kAudience, .subject = hostile, .client_id = hostile});
  ASSERT_TRUE(recipe);
  EXPECT_EQ(payload_of(*recipe).at("sub"), hostile);
  EXPECT_EQ(payload_of(*recipe).at("azp"), hostile);
}

TEST_F(Personas, SignEveryKindWithAPublishedKeyUnderItsKid) {
  for (const Persona persona : all_personas()) {
    const json keys = get_json(issuer(persona).jwks_uri()).at("keys");
    for (const TokenKind& kind : kinds_of(persona)) {
      const jose::Recipe recipe = token(persona, kind.name);
      ASSERT_TRUE(recipe.mint()) << kind.name;
      const json header = header_of(recipe);
      EXPECT_EQ(header.at("alg"), "RS256");
      const bool published = std::any_of(keys.begin(), keys.end(), [&](const json& key) {
        return key.at("kid") == header.at("kid") && key.at("use") == "sig";
      });
      EXPECT_TRUE(published) << to_string(persona) << " " << kind.name;
    }
  }
}

TEST_F(Personas, NameKeysTheirWay) {
  const auto kid = [&](Persona persona) {
    return header_of(token(persona)).at("kid").get<std::string>();
  };
  EXPECT_EQ(kid(Persona::auth0).size(), 21U);
  EXPECT_EQ(kid(Persona::okta).size(), 43U);
  EXPECT_EQ(kid(Persona::entra).size(), 27U);
  EXPECT_EQ(kid(Persona::google).size(), 40U);
  EXPECT_EQ(kid(Persona::google).find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(kid(Persona::cognito).back(), '=');
  EXPECT_TRUE(base::base64_decode(kid(Persona::cognito)));
}

TEST_F(Personas, PublishKeysTheirWay) {
  const json entra = get_json(issuer(Persona::entra).jwks_uri()).at("keys");
  ASSERT_EQ(entra.size(), 2U);
  for (const json& key : entra) {
    EXPECT_FALSE(key.contains("alg"));
    EXPECT_EQ(key.at("kid"), key.at("x5t"));
    EXPECT_EQ(key.at("issuer"), issuer(Persona::entra).url());
  }
  const json keycloak = get_json(issuer(Persona::keycloak).jwks_uri()).at("keys");
  ASSERT_EQ(keycloak.size(), 2U);
  EXPECT_EQ(keycloak.at(1).at("use"), "enc");
  EXPECT_EQ(keycloak.at(1).at("alg"), "RSA-OAEP");
  EXPECT_NE(keycloak.at(0).at("kid"), keycloak.at(1).at("kid"));
  EXPECT_EQ(get_json(issuer(Persona::auth0).jwks_uri()).at("keys").size(), 2U);
}

TEST_F(Personas, KeepTheirKidsWhenKeysAreRotated) {
  KeySet& keys = issuer(Persona::okta).keys();
  const std::string before = keys.signing_key("RS256")->kid();
  const auto key = keys.rotate("RS256");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kid().size(), 43U);
  EXPECT_NE(key->kid(), before);
}

}  // namespace
}  // namespace idp
