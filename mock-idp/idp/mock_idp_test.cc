#include "mock-idp/idp/mock_idp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/http/client.h"

namespace idp {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class MockIdpTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = MockIdp::start();
    ASSERT_TRUE(started) << started.error().message;
    idp_ = std::move(*started);
  }

  http::ClientResponse call(http::ClientRequest request) const {
    request.url = idp_->origin() + request.url;
    auto response = http::fetch(request, base::Deadline::after(10s));
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : http::ClientResponse{};
  }
  http::ClientResponse get(std::string path) const { return call({.url = std::move(path)}); }
  http::ClientResponse post_form(std::string path, std::string body) const {
    return call({.method = "POST",
                 .url = std::move(path),
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .body = std::move(body)});
  }
  http::ClientResponse mint(std::string body) const {
    return call({.method = "POST",
                 .url = "/_ctl/mint",
                 .headers = {{"Content-Type", "application/json"}},
                 .body = std::move(body)});
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
  static Json part(const std::string& token, std::size_t which) {
    return *base::parse_json(*base::base64url_decode(base::split(token, '.').at(which)));
  }

  std::unique_ptr<MockIdp> idp_;
};

constexpr char kClient[] = "grant_type=client_credentials&client_id=me&client_secret=any";

TEST_F(MockIdpTest, BothDocumentsAreServedInBothForms) {
  for (const char* path :
       {"/i/one/.well-known/openid-configuration", "/.well-known/openid-configuration/i/one",
        "/i/one/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/i/one"}) {
    const auto response = get(path);
    EXPECT_EQ(response.status, 200) << path;
    const Json json = json_of(response);
    EXPECT_EQ(json["issuer"], idp_->origin() + "/i/one") << path;
    EXPECT_EQ(json["jwks_uri"], idp_->issuer("one").jwks_uri()) << path;
    EXPECT_EQ(json["code_challenge_methods_supported"], Json::array({"S256"})) << path;
  }
}

TEST_F(MockIdpTest, EveryEndpointThatTheMetadataNamesIsThere) {
  const Json metadata = json_of(get("/i/main/.well-known/openid-configuration"));
  for (const auto& [name, value] : metadata.items()) {
    if (!value.is_string() || name == "issuer") continue;
    const std::string url = value.get<std::string>();
    EXPECT_NE(get(url.substr(idp_->origin().size())).status, 404) << name;
  }
}

TEST_F(MockIdpTest, ThereIsNoIssuerAtTheRoot) {
  for (const char* path : {"/.well-known/openid-configuration", "/.well-known/jwks.json", "/jwks",
                           "/.well-known/oauth-authorization-server", "/i/", "/i//jwks",
                           "/i/a%20b/jwks", "/i/main", "/i/main/jwks/more"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

TEST_F(MockIdpTest, TheKeySetIsServedAsOneAndFollowsRotation) {
  const auto before = get("/i/main/jwks");
  EXPECT_EQ(header_of(before, "Content-Type"), "application/jwk-set+json");
  EXPECT_EQ(header_of(before, "Cache-Control"), "max-age=5");
  EXPECT_EQ(json_of(before)["keys"].size(), 3u);
  ASSERT_TRUE(idp_->issuer().keys().rotate("ES256"));
  EXPECT_EQ(json_of(get("/i/main/jwks"))["keys"].size(), 4u);
}

TEST_F(MockIdpTest, TheKeySetIsFoundByClientsThatAppendAPathToTheIssuer) {
  EXPECT_EQ(get("/i/main/i/other/jwks").body, get("/i/main/jwks").body);
  EXPECT_EQ(get("/i/main/i/other/token").status, 404);
  EXPECT_EQ(get("/i/main/i/other").status, 404);
}

TEST_F(MockIdpTest, TheTokenEndpointGivesAnAccessTokenOfRfc9068) {
  const auto response = post_form(
      "/i/main/token", std::string(kClient) + "&resource=http%3A%2F%2Flocalhost%2Fmcp&scope=a+b");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const Json json = json_of(response);
  EXPECT_EQ(json["token_type"], "Bearer");
  EXPECT_EQ(json["expires_in"], 300);
  EXPECT_EQ(json["scope"], "a b");
  const std::string token = json["access_token"];
  EXPECT_EQ(part(token, 0), Json({{"typ", "at+jwt"}, {"alg", "ES256"}, {"kid", "es256-0"}}));
  const Json claims = part(token, 1);
  EXPECT_EQ(claims["iss"], idp_->issuer().url());
  EXPECT_EQ(claims["aud"], "http://localhost/mcp");
  EXPECT_EQ(claims["sub"], "me");
  EXPECT_EQ(claims["client_id"], "me");
  EXPECT_EQ(claims["scope"], "a b");
  EXPECT_EQ(claims["exp"].get<long long>() - claims["iat"].get<long long>(), 300);
  EXPECT_TRUE(claims["jti"].is_string());
}

TEST_F(MockIdpTest, SeveralResourcesMakeAnArrayAndNoneTheIssuer) {
  const Json two =
      json_of(post_form("/i/main/token", std::string(kClient) + "&resource=urn:a&resource=urn:b"));
  EXPECT_EQ(part(two["access_token"], 1)["aud"], Json::array({"urn:a", "urn:b"}));
  const Json none = json_of(post_form("/i/main/token", kClient));
  EXPECT_EQ(part(none["access_token"], 1)["aud"], idp_->issuer().url());
}

TEST_F(MockIdpTest, TokenErrorsAreThoseOfRfc6749) {
  const auto client = post_form("/i/main/token", "grant_type=client_credentials");
  EXPECT_EQ(client.status, 401);
  EXPECT_EQ(json_of(client)["error"], "invalid_client");
  EXPECT_EQ(header_of(client, "WWW-Authenticate"), "Basic realm=\"mcp-authspec\"");
  EXPECT_EQ(header_of(client, "Cache-Control"), "no-store");
  const auto grant =
      post_form("/i/main/token", "grant_type=password&client_id=me&client_secret=any");
  EXPECT_EQ(grant.status, 400);
  EXPECT_EQ(json_of(grant)["error"], "unsupported_grant_type");
  const auto method = get("/i/main/token");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(header_of(method, "Allow"), "POST");
}

TEST_F(MockIdpTest, OneClockMintsExpiresAndDates) {
  idp_->clock().freeze(base::Time(std::chrono::seconds(1'900'000'000)));
  const auto response = post_form("/i/main/token", kClient);
  EXPECT_EQ(part(json_of(response)["access_token"], 1)["iat"], 1'900'000'000);
  EXPECT_EQ(json_of(response)["expires_in"], 300);
  EXPECT_EQ(header_of(response, "Date"), base::http_time(idp_->clock().now()));
}

TEST_F(MockIdpTest, EveryRequestIsJournaled) {
  get("/i/one/jwks");
  get("/.well-known/openid-configuration/i/two");
  get("/nowhere?x=%41");
  get(idp_->bait().substr(idp_->origin().size()));
  const auto entries = idp_->journal().entries();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].endpoint, "jwks");
  EXPECT_EQ(entries[0].issuer, "one");
  EXPECT_EQ(entries[1].endpoint, "discovery");
  EXPECT_EQ(entries[1].issuer, "two");
  EXPECT_EQ(entries[2].endpoint, "unknown");
  EXPECT_EQ(entries[2].target, "/nowhere?x=%41");
  EXPECT_EQ(entries[2].status, 404);
  EXPECT_EQ(entries[3].endpoint, "bait");
  EXPECT_EQ(entries[3].status, 200);
  EXPECT_FALSE(entries[3].headers.empty());
}

TEST_F(MockIdpTest, BaitUrlsAreFreshAndUnguessable) {
  EXPECT_NE(idp_->bait(), idp_->bait());
  EXPECT_GE(idp_->bait().size(), idp_->origin().size() + 32);
}

TEST_F(MockIdpTest, MintsByRecipeOverTheSteeringApi) {
  const long long before = idp_->clock().epoch_seconds();
  const auto response =
      mint(R"({"issuer":"other","alg":"RS256","aud":["a","b"],"scope":"s","sub":"x","ttl":-5,)"
           R"("claims":{"z":1,"a":{"b":[]}},"header":{"typ":"JWT"}})");
  ASSERT_EQ(response.status, 200) << response.body;
  const std::string token = json_of(response)["token"];
  EXPECT_EQ(part(token, 0)["alg"], "RS256");
  EXPECT_EQ(part(token, 0)["typ"], "JWT");
  const Json claims = part(token, 1);
  EXPECT_EQ(claims["iss"], idp_->issuer("other").url());
  EXPECT_EQ(claims["aud"], Json::array({"a", "b"}));
  EXPECT_EQ(claims["sub"], "x");
  // It expired five seconds ago, so it was issued before that.
  EXPECT_GE(claims["exp"].get<long long>(), before - 5);
  EXPECT_LE(claims["exp"].get<long long>(), idp_->clock().epoch_seconds() - 5);
  EXPECT_LT(claims["iat"].get<long long>(), claims["exp"].get<long long>());
  EXPECT_EQ(claims["a"], Json::parse(R"({"b":[]})"));
}

TEST_F(MockIdpTest, SteeringNamesWhatItDoesNotUnderstand) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"aut":"x"})", "/aut is unknown here; did you mean aud or alg or sub?"},
      {R"({"ttl":"5"})", "/ttl has to be a whole number"},
      {R"({"ttl":1e99})", "/ttl has to be a whole number"},
      {R"({"ttl":9999999999999})", "/ttl has to be from -1000000000000 to 1000000000000"},
      {R"({"claims":[]})", "/claims has to be an object"},
      {R"({"mutate":"x"})", "/mutate has to be an array of strings"},
      {R"({"aud":5})", "/aud has to be a string or an array of strings"},
      {R"({"mutate":["x"]})", "/mutate no mutation \"x\""},
      {R"({"alg":"HS256"})", "/alg no signing algorithm \"HS256\""},
      {R"({"issuer":"a/b"})", "/issuer a name is 1 to 128 letters, digits or . _ ~ -"},
      {R"({"sub":"a","sub":"b"})", "/sub: the member appears twice"},
      {R"([])", "the body has to be a JSON object"},
  };
  for (const auto& [body, message] : wrong) {
    const auto response = mint(body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(json_of(response)["error"], message) << body;
  }
}

TEST_F(MockIdpTest, SteeringTakesNoFormOfAWebPage) {
  EXPECT_EQ(post_form("/_ctl/mint", "{}").status, 415);
  EXPECT_EQ(get("/_ctl/mint").status, 405);
}

TEST_F(MockIdpTest, ServesManyClientsAtOnceWhileKeysChange) {
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([this, i] {
      for (int n = 0; n < 10; ++n) {
        EXPECT_EQ(get("/i/issuer-" + std::to_string((i + n) % 5) + "/jwks").status, 200);
        EXPECT_EQ(post_form("/i/main/token", kClient).status, 200);
      }
    });
  }
  for (int n = 0; n < 10; ++n) EXPECT_TRUE(idp_->issuer().keys().rotate("EdDSA"));
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(idp_->journal().last_sequence(), 80u);
}

TEST(MockIdp, ProvidersOfDifferentIndexesShareNoKeys) {
  Options rogue;
  rogue.pool_index = 1;
  const auto one = MockIdp::start();
  const auto other = MockIdp::start(rogue);
  std::set<std::string> keys;
  for (const auto& idp : {one->get(), other->get()}) {
    for (const jose::Key& key : idp->issuer().keys().published()) keys.insert(key.public_der());
  }
  EXPECT_EQ(keys.size(), 6u);
}

TEST(MockIdp, AnUnknownAlgorithmOrAPortInUseIsNamed) {
  Options wrong;
  wrong.algorithms = {"XX"};
  EXPECT_EQ(MockIdp::start(wrong).error().message, "no signing algorithm \"XX\"");
  const auto first = MockIdp::start();
  Options same;
  same.port = (*first)->port();
  const auto second = MockIdp::start(same);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(same.port)), std::string::npos);
}

TEST(MockIdp, IsAGuardThatListensToTheEndOfItsScope) {
  std::string origin;
  {
    MockIdp idp;
    origin = idp.origin();
    ASSERT_TRUE(http::fetch({.url = origin + "/healthz"}, base::Deadline::after(10s)));
    const auto token = idp.issuer("guard").mint("http://rs/mcp", "mcp:tools");
    ASSERT_TRUE(token);
    EXPECT_EQ(std::count(token->begin(), token->end(), '.'), 2);
    Options same;
    same.port = idp.port();
    EXPECT_THROW(MockIdp{same}, std::runtime_error);
    const MockIdp strict({.strict = true});
    EXPECT_NE(strict.origin(), origin);
  }
  EXPECT_FALSE(http::fetch({.url = origin + "/healthz"}, base::Deadline::after(10s)));
}

TEST(Issuer, SurroundingsStartWithTheKeyThatSigns) {
  const auto idp = MockIdp::start();
  Issuer& issuer = (*idp)->issuer();
  ASSERT_TRUE(issuer.keys().rotate("ES256"));
  const jose::Surroundings around = issuer.surroundings("http://bait");
  EXPECT_EQ(around.published.front().kid(), "es256-2");
  EXPECT_EQ(around.published.size(), 4u);
  EXPECT_EQ(around.jwks, *issuer.keys().document());
  EXPECT_EQ(around.bait_url, "http://bait");
}

TEST(Issuer, ARecipeHasTheAlgorithmAskedFor) {
  const auto idp = MockIdp::start();
  const auto recipe = (*idp)->issuer().recipe("aud", "", "RS512");
  ASSERT_TRUE(recipe);
  EXPECT_EQ(recipe->header.to_json(), R"({"typ":"at+jwt","alg":"RS512","kid":"rs512-0"})");
  EXPECT_EQ(recipe->claims.find("scope"), nullptr);
  EXPECT_TRUE(recipe->mint());
  EXPECT_FALSE((*idp)->issuer().recipe("aud", "", "none"));
}

}  // namespace
}  // namespace idp
