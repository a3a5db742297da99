#include "harness/oauth/token_check.h"

#include <gtest/gtest.h>

namespace oauth {
namespace {

/// Answers every request with the same status and body.
Ask answering(int status, std::string body) {
  return [status, body = std::move(body)](const base::Url& /*url*/, wire::Request /*request*/) {
    wire::Exchange exchange;
    exchange.response = wire::Response{.status = status, .body = body};
    return exchange;
  };
}

struct Signed {
  jose::Key key = *jose::Key::from_pool("ES256");
  std::string token;

  Signed() {
    jose::Recipe recipe;
    recipe.key = key;
    recipe.header.set_string("alg", "ES256");
    recipe.header.set_string("kid", key.kid());
    recipe.claims.set_string("aud", "us");
    token = recipe.mint().value_or("");
  }
};

Server with_keys() {
  Server server;
  server.jwks_uri = "https://issuer.example/jwks";
  return server;
}

std::string set_of(const std::string& jwk) { return "{\"keys\":[" + jwk + "]}"; }

TEST(TokenCheck, ATokenIsVerifiedByThePublishedKeyOfItsKid) {
  const Signed good;
  const auto verified =
      verify_by_keys(answering(200, set_of(good.key.public_jwk())), with_keys(), good.token);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->by, "ES256 by key " + good.key.kid());
  EXPECT_EQ(verified->claims, R"({"aud":"us"})");
}

TEST(TokenCheck, AnotherKeyUnderTheSameKidVerifiesNothing) {
  const Signed good;
  const auto other = jose::Key::from_pool("ES256", 1)->with_kid(good.key.kid());
  const auto verified =
      verify_by_keys(answering(200, set_of(other.public_jwk())), with_keys(), good.token);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().message, "no published key made its signature");
}

TEST(TokenCheck, WhyNothingCanBeVerifiedIsSaid) {
  const Signed good;
  const auto problem = [&](int status, const std::string& body, const std::string& token) {
    const auto verified = verify_by_keys(answering(status, body), with_keys(), token);
    return verified ? "verified" : verified.error().message;
  };
  EXPECT_EQ(problem(200, set_of(""), "opaque"), "it is no JWT");
  EXPECT_EQ(problem(200, "{}", good.token), "https://issuer.example/jwks holds no key set");
  EXPECT_EQ(problem(503, "", good.token), "https://issuer.example/jwks: 503");
  EXPECT_EQ(problem(200, set_of(""), good.token),
            "no published key has its kid \"" + good.key.kid() + "\"");
}

TEST(TokenCheck, UserinfoThatWantsAnotherScopeSaysNothingAboutTheToken) {
  Server server;
  server.userinfo_endpoint = "https://issuer.example/userinfo";
  EXPECT_TRUE(ask_userinfo(answering(200, "{}"), server, "t").live());
  EXPECT_TRUE(ask_userinfo(answering(401, ""), server, "t").dead());
  EXPECT_EQ(ask_userinfo(answering(403, ""), server, "t").kind, Standing::Kind::unknown);
}

TEST(TokenCheck, IntrospectionThatRefusesTheClientSaysNothingAboutTheToken) {
  Server server;
  server.introspection_endpoint = "https://issuer.example/introspect";
  const Client client{.id = "c"};
  EXPECT_TRUE(ask_introspection(answering(200, R"({"active":true})"), server, client, "t").live());
  EXPECT_TRUE(ask_introspection(answering(200, R"({"active":false})"), server, client, "t").dead());
  EXPECT_EQ(ask_introspection(answering(401, ""), server, client, "t").kind,
            Standing::Kind::unknown);
  EXPECT_EQ(ask_introspection(answering(200, "{}"), server, client, "t").kind,
            Standing::Kind::unknown);
}

}  // namespace
}  // namespace oauth
