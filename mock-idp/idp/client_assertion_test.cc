#include "common/http/server.h"
#include "mock-idp/idp/authorization_server_testing.h"
#include "mock-idp/jose/recipe.h"

// Clients that prove who they are by a key of theirs (RFC 7523, section 3).
namespace idp {
namespace {

using namespace std::chrono_literals;

class PrivateKeyJwt : public AuthorizationServer {
 protected:
  void SetUp() override {
    start(true);
    register_client();
  }
  static jose::Key key(std::string_view alg = "ES256", unsigned index = 3) {
    return *jose::Key::from_pool(alg, index);
  }
  static Json key_set(const jose::Key& key) {
    return {{"keys", {*base::parse_json(key.public_jwk())}}};
  }
  void register_client(const Json& more = {}) {
    Json document = {{"grant_types", {"client_credentials"}},
                     {"token_endpoint_auth_method", "private_key_jwt"}};
    if (more.is_null()) document["jwks"] = key_set(key());
    if (more.is_object()) document.update(more);
    const Json client = json_of(enroll(document));
    id_ = client.value("client_id", client.value("error_description", ""));
  }
  /// A good one, to change one thing of.
  jose::Recipe assertion() const {
    jose::Recipe recipe;
    recipe.now = idp_->clock().epoch_seconds();
    recipe.header.set_string("alg", "ES256").set_string("kid", key().kid());
    recipe.claims.set_string("iss", id_).set_string("sub", id_).set_string("aud", url());
    recipe.claims.set_number("exp", recipe.now + 60);
    recipe.claims.set_string("jti", "jti-" + std::to_string(++count_));
    recipe.key = key();
    return recipe;
  }
  static jose::Recipe unsigned_one(jose::Recipe recipe) {
    recipe.header_member("alg", R"("none")");
    recipe.signer = [](const std::string& /*input*/) { return std::string(); };
    return recipe;
  }
  http::ClientResponse present(const std::string& text, const base::FormFields& more = {}) const {
    return post("/token", changed({{"grant_type", "client_credentials"},
                                   {"client_assertion_type",
                                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                                   {"client_assertion", text}},
                                  more));
  }
  std::string outcome(const jose::Recipe& recipe, const base::FormFields& more = {}) const {
    const auto text = recipe.mint();
    EXPECT_TRUE(text);
    return json_of(present(*text, more)).value("error", "token");
  }

  std::string id_;
  mutable int count_ = 0;
};

TEST_F(PrivateKeyJwt, AGoodAssertionIsAClient) {
  const Json json = json_of(present(*assertion().mint()));
  EXPECT_EQ(claims_of(json["access_token"])["client_id"], id_);
  EXPECT_EQ(outcome(assertion(), {{"client_id", id_}}), "token");
  EXPECT_EQ(outcome(assertion().claim("aud", base::json_string(url() + "/token"))), "token");
  EXPECT_EQ(outcome(assertion().claim("aud", R"(["x",)" + base::json_string(url()) + "]")),
            "token");
  EXPECT_EQ(outcome(assertion().without_header("kid")), "token");
}

TEST_F(PrivateKeyJwt, OneThingWrongIsEnough) {
  const auto now = idp_->clock().epoch_seconds();
  const std::pair<const char*, jose::Recipe> cases[] = {
      {"iss", assertion().claim("iss", R"("other")")},
      {"sub", assertion().claim("sub", R"("other")")},
      {"aud", assertion().claim("aud", R"("https://other.example/")")},
      {"no aud", assertion().without_claim("aud")},
      {"exp now", assertion().claim("exp", std::to_string(now))},
      {"no exp", assertion().without_claim("exp")},
      {"exp as text", assertion().claim("exp", R"("soon")")},
      {"exp far", assertion().claim("exp", std::to_string(now + 90'000))},
      {"nbf", assertion().claim("nbf", std::to_string(now + 600))},
      {"iat", assertion().claim("iat", std::to_string(now + 600))},
      {"no jti", assertion().without_claim("jti")},
      {"key", assertion().signed_by(key("ES256", 2))},
      {"kid", assertion().header_member("kid", R"("other")")},
      {"crit", assertion().header_member("crit", R"(["x"])")},
      {"none", unsigned_one(assertion())},
      {"other curve", assertion().header_member("alg", R"("ES384")")},
      {"secret", assertion().signed_with_secret(key().public_pem())},
  };
  for (const auto& [what, recipe] : cases) {
    EXPECT_EQ(outcome(recipe), "invalid_client") << what;
  }
  EXPECT_EQ(outcome(assertion(), {{"client_id", "other"}}), "invalid_client");
  EXPECT_EQ(outcome(assertion(), {{"client_assertion_type", "x"}}), "invalid_client");
  EXPECT_EQ(outcome(assertion(), {{"client_id", id_}, {"client_secret", "x"}}), "invalid_request");
  EXPECT_EQ(json_of(present("a.b.c")).value("error", ""), "invalid_client");
  const auto nameless = post("/token", {{"grant_type", "client_credentials"}, {"client_id", id_}});
  EXPECT_EQ(nameless.status, 401);
}

TEST_F(PrivateKeyJwt, AnAssertionWorksOnce) {
  const jose::Recipe recipe = assertion();
  EXPECT_EQ(outcome(recipe), "token");
  EXPECT_EQ(outcome(recipe), "invalid_client");
}

TEST_F(PrivateKeyJwt, TheRegisteredAlgorithmIsTheOnlyOne) {
  Json two = key_set(key());
  two["keys"].push_back(*base::parse_json(key("RS256").public_jwk()));
  register_client({{"jwks", two}, {"token_endpoint_auth_signing_alg", "RS256"}});
  EXPECT_EQ(outcome(assertion()), "invalid_client");
  EXPECT_EQ(outcome(assertion()
                        .header_member("alg", R"("RS256")")
                        .without_header("kid")
                        .signed_by(key("RS256"))),
            "token");
}

TEST_F(PrivateKeyJwt, KeysCanBeFetchedAndRotated) {
  std::string body = key_set(key()).dump();
  int fetches = 0;
  const auto server = *http::Server::start([&](const http::Request& /*request*/) {
    ++fetches;
    http::Response response = http::Response::json(200, body);
    response.headers.push_back({"Cache-Control", "max-age=600"});
    return response;
  });
  register_client({{"jwks_uri", server->origin() + "/keys"}});
  EXPECT_EQ(outcome(assertion()), "token");
  EXPECT_EQ(outcome(assertion()), "token");
  EXPECT_EQ(fetches, 1);
  const jose::Key next = key("ES256", 2);
  body = key_set(next).dump();
  EXPECT_EQ(
      outcome(assertion().signed_by(next).header_member("kid", base::json_string(next.kid()))),
      "token");
  EXPECT_EQ(fetches, 2);
  EXPECT_EQ(outcome(assertion()), "invalid_client") << "withdrawn";
}

TEST_F(PrivateKeyJwt, EachWeaknessLetsOneThingPass) {
  const auto weak = [&](const char* weakness, const auto& spoil) {
    use(std::string("main~strict~") + weakness);
    register_client();
    jose::Recipe recipe = assertion();
    spoil(recipe);
    return outcome(recipe);
  };
  EXPECT_EQ(weak("assertion-for-anyone", [](auto& it) { it.claim("aud", R"("urn:x")"); }), "token");
  EXPECT_EQ(weak("assertion-expired", [](auto& it) { it.claim("exp", "1000"); }), "token");
  EXPECT_EQ(weak("assertion-expired", [](auto& it) { it.claim("exp", "-1e300"); }), "token");
  EXPECT_EQ(weak("assertion-unsigned", [](auto& it) { it.signed_by(key("ES256", 2)); }), "token");
  EXPECT_EQ(weak("assertion-unsigned", [](auto& it) { it = unsigned_one(it); }), "token");
  EXPECT_EQ(weak("assertion-replayed", [&](auto& it) { outcome(it); }), "token");
  EXPECT_EQ(weak("assertion-replayed", [](auto& it) { it.claim("aud", R"("urn:x")"); }),
            "invalid_client");
}

TEST_F(PrivateKeyJwt, ItTakesKeysToRegister) {
  const auto error = [&](const Json& document) {
    return json_of(enroll(document)).value("error", "registered");
  };
  const Json base = {{"grant_types", {"client_credentials"}},
                     {"token_endpoint_auth_method", "private_key_jwt"}};
  EXPECT_EQ(error(base), "invalid_client_metadata");
  for (const Json& more : std::initializer_list<Json>{
           {{"jwks", "x"}},
           {{"jwks", Json::object()}},
           {{"jwks", {{"keys", {1}}}}},
           {{"jwks", {{"keys", {*base::parse_json(key().private_jwk())}}}}},
           {{"jwks_uri", "http://keys.example/"}},
           {{"jwks_uri", 1}},
           {{"jwks", key_set(key())}, {"token_endpoint_auth_signing_alg", "HS256"}}}) {
    Json document = base;
    document.update(more);
    EXPECT_EQ(error(document), "invalid_client_metadata") << more.dump();
  }
}

}  // namespace
}  // namespace idp
