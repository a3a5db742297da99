#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/tls/certificate.h"
#include "mock-idp/idp/provider.h"

// Clients that prove who they are by the certificate of their connection (RFC 8705).
namespace idp {
namespace {

using Json = nlohmann::json;

class ClientCertificateTest : public testing::Test {
 protected:
  ClientCertificateTest() : authority_(*tls::Authority::make()), provider_(strict_options()) {
    provider_.origin = "https://127.0.0.1:1";
    provider_.ca_certificate = authority_.certificate();
  }
  static Options strict_options() {
    Options options;
    options.strict = true;
    return options;
  }
  std::string client_certificate(std::string_view name) const {
    return tls::certificate_der(authority_.client(name)->certificate);
  }
  static std::string own_certificate() {
    return tls::certificate_der(tls::self_signed({"client.example"})->certificate);
  }
  http::Response answer(Endpoint endpoint, http::Request request) {
    request.method = "POST";
    return endpoint(Call{request, provider_, &provider_.make_issuer("main")});
  }
  Json enroll(Json document, bool encrypted = true) {
    document["grant_types"] = {"client_credentials"};
    http::Request request;
    request.path = "/i/main/register";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = document.dump();
    request.encrypted = encrypted;
    return *base::parse_json(answer(register_client, std::move(request)).body);
  }
  http::Response ask(const Json& client, const std::string& certificate,
                     const std::string& more = {}) {
    http::Request request;
    request.path = "/i/main/token";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body =
        "grant_type=client_credentials&client_id=" + client["client_id"].get<std::string>() + more;
    request.encrypted = true;
    request.certificate = certificate;
    return answer(token, std::move(request));
  }
  static Json bound_to(const http::Response& response) {
    const Json tokens = *base::parse_json(response.body);
    const std::string text = tokens.value("access_token", "");
    const std::size_t first = text.find('.');
    const std::string claims = text.substr(first + 1, text.rfind('.') - first - 1);
    return base::parse_json(base::base64url_decode(claims).value_or("{}"))->value("cnf", Json());
  }

  tls::Authority authority_;
  Provider provider_;
};

TEST_F(ClientCertificateTest, ACertificateOfTheProvidersAuthorityProvesItsSubject) {
  const Json client =
      enroll({{"token_endpoint_auth_method", "tls_client_auth"},
              {"tls_client_auth_subject_dn", "CN=one,O=mcp-authspec\\, for tests"}});
  ASSERT_TRUE(client.contains("client_id")) << client.dump();
  EXPECT_FALSE(client.contains("client_secret"));
  EXPECT_EQ(client["tls_client_auth_subject_dn"], "CN=one,O=mcp-authspec\\, for tests");
  const std::string own = client_certificate("one");
  const auto answered = ask(client, own);
  EXPECT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(bound_to(answered), Json({{"x5t#S256", tls::certificate_thumbprint(own)}}));
  EXPECT_EQ(ask(client, client_certificate("two")).status, 401) << "another subject";
  EXPECT_EQ(ask(client, own_certificate()).status, 401) << "another authority";
  EXPECT_EQ(ask(client, "garbage").status, 401);
  EXPECT_EQ(ask(client, "").status, 401);
  EXPECT_EQ(ask(client, own, "&client_secret=x").status, 401) << "that is not how";
}

TEST_F(ClientCertificateTest, ASelfSignedCertificateProvesTheKeyThatWasRegistered) {
  const std::string der = own_certificate();
  const Json jwks = {{"keys", {{{"kty", "EC"}, {"x5c", {base::base64_encode(der)}}}}}};
  const Json client =
      enroll({{"token_endpoint_auth_method", "self_signed_tls_client_auth"}, {"jwks", jwks}});
  ASSERT_TRUE(client.contains("client_id")) << client.dump();
  EXPECT_EQ(ask(client, der).status, 200);
  EXPECT_EQ(ask(client, own_certificate()).status, 401);
  EXPECT_EQ(ask(client, client_certificate("one")).status, 401);

  const auto key = jose::Key::from_pool("ES256");
  const Json bare = {{"keys", {*base::parse_json(key->public_jwk())}}};
  const Json by_key =
      enroll({{"token_endpoint_auth_method", "self_signed_tls_client_auth"}, {"jwks", bare}});
  EXPECT_EQ(ask(by_key, key->certificate_der()).status, 200) << "any certificate of its key";
  EXPECT_EQ(ask(by_key, der).status, 401);
}

TEST_F(ClientCertificateTest, WhatCannotBeRegisteredIsNamed) {
  const std::pair<Json, const char*> cases[] = {
      {{{"token_endpoint_auth_method", "tls_client_auth"}}, "tls_client_auth_subject_dn"},
      {{{"token_endpoint_auth_method", "tls_client_auth"}, {"tls_client_auth_san_dns", 7}},
       "tls_client_auth_san_dns"},
      {{{"token_endpoint_auth_method", "tls_client_auth"},
        {"tls_client_auth_subject_dn", "CN=a"},
        {"tls_client_auth_san_dns", "a"}},
       "one too many"},
      {{{"token_endpoint_auth_method", "self_signed_tls_client_auth"}}, "jwks"},
      {{{"dpop_bound_access_tokens", "yes"}}, "dpop_bound_access_tokens"},
      {{{"id_token_signed_response_alg", "none"}}, "id_token_signed_response_alg"},
  };
  for (const auto& [document, what] : cases) {
    const Json answered = enroll(document);
    EXPECT_EQ(answered["error"], "invalid_client_metadata") << document.dump();
    const std::string why = answered.value("error_description", "");
    EXPECT_NE(why.find(what), std::string::npos) << why;
  }
  EXPECT_EQ(enroll({{"token_endpoint_auth_method", "tls_client_auth"},
                    {"tls_client_auth_subject_dn", "CN=a"}},
                   /*encrypted=*/false)["error"],
            "invalid_client_metadata");
}

TEST_F(ClientCertificateTest, AClientThatPromisedToBindItsTokensIsHeldToIt) {
  const Json bound = enroll({{"tls_client_certificate_bound_access_tokens", true}});
  const std::string secret = "&client_secret=" + bound["client_secret"].get<std::string>();
  EXPECT_EQ(ask(bound, "", secret).status, 400);
  EXPECT_EQ(ask(bound, own_certificate(), secret).status, 200);
  const Json dpop = enroll({{"dpop_bound_access_tokens", true}});
  EXPECT_EQ(dpop["dpop_bound_access_tokens"], true);
  EXPECT_EQ(ask(dpop, "", "&client_secret=" + dpop["client_secret"].get<std::string>()).status,
            400);
}

TEST_F(ClientCertificateTest, OnlyWhoComesOverTlsIsToldOfCertificates) {
  for (const bool encrypted : {true, false}) {
    http::Request request;
    request.method = "GET";
    request.path = "/i/main/.well-known/oauth-authorization-server";
    request.encrypted = encrypted;
    const auto response =
        authorization_server_metadata(Call{request, provider_, &provider_.make_issuer("main")});
    const Json document = *base::parse_json(response.body);
    EXPECT_EQ(document.contains("tls_client_certificate_bound_access_tokens"), encrypted);
    const std::string methods = document["token_endpoint_auth_methods_supported"].dump();
    EXPECT_EQ(methods.find("tls_client_auth") != std::string::npos, encrypted);
  }
}

}  // namespace
}  // namespace idp
