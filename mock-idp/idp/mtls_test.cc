#include <gtest/gtest.h>

#include "common/tls/certificate.h"
#include "mock-idp/idp/token_side_testing.h"

// Tokens that are bound to the certificate of a connection (RFC 8705), over TLS.
namespace idp {
namespace {

class MtlsTest : public TokenSide {
 protected:
  void SetUp() override {
    Options options;
    options.https = true;
    start(std::move(options));
    tls_.ca = idp_->ca_certificate();
    tls_.certificate = one_;
  }
  int userinfo(const std::string& token) const {
    return call({.url = "/userinfo", .headers = {{"Authorization", "Bearer " + token}}}).status;
  }

  const tls::Identity one_ = *tls::self_signed({"one.example"});
  const tls::Identity other_ = *tls::self_signed({"other.example"});
};

TEST_F(MtlsTest, WhoeverShowsACertificateGetsTokensThatAreBoundToIt) {
  const Json tokens = json_of(redeem(code()));
  EXPECT_EQ(tokens["token_type"], "Bearer");
  const Json cnf = claims_of(tokens["access_token"])["cnf"];
  const std::string der = tls::certificate_der(one_.certificate);
  EXPECT_EQ(cnf, Json({{"x5t#S256", tls::certificate_thumbprint(der)}}));
  EXPECT_EQ(json_of(introspect(tokens["access_token"]))["cnf"], cnf);

  EXPECT_EQ(userinfo(tokens["access_token"]), 200);
  tls_.certificate = other_;
  EXPECT_EQ(userinfo(tokens["access_token"]), 401);
  EXPECT_EQ(json_of(refresh(tokens["refresh_token"]))["error"], "invalid_grant");
  tls_.certificate = {};
  EXPECT_EQ(userinfo(tokens["access_token"]), 401);
  EXPECT_EQ(json_of(refresh(tokens["refresh_token"]))["error"], "invalid_grant");
  tls_.certificate = one_;
  EXPECT_EQ(refresh(tokens["refresh_token"]).status, 200);
}

TEST_F(MtlsTest, WithoutACertificateTokensAreBearerTokens) {
  tls_.certificate = {};
  const Json tokens = json_of(redeem(code()));
  EXPECT_FALSE(claims_of(tokens["access_token"]).contains("cnf"));
  EXPECT_EQ(userinfo(tokens["access_token"]), 200);
  tls_.certificate = one_;
  EXPECT_EQ(userinfo(tokens["access_token"]), 200);
}

TEST_F(MtlsTest, TheMetadataTellsThatCertificatesCount) {
  const Json metadata = json_of(call({.url = "/.well-known/oauth-authorization-server"}));
  EXPECT_EQ(metadata["tls_client_certificate_bound_access_tokens"], true);
  EXPECT_EQ(metadata["token_endpoint"], issuer().url() + "/token");
  EXPECT_EQ(issuer().url().rfind("https://", 0), 0U);
}

}  // namespace
}  // namespace idp
