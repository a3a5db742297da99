#include "harness/check/binding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/text.h"

namespace check {
namespace {

using nlohmann::json;

constexpr const char* kOrigin = "https://127.0.0.1:1";

json proof_claims(const std::string& proof) {
  return json::parse(base::base64url_decode(base::split(proof, '.')[1]).value());
}

wire::Request request_with(std::string authorization) {
  return {.method = "POST",
          .target = "/mcp?a=b",
          .headers = {{"Authorization", std::move(authorization)}}};
}

std::vector<std::string> proofs_of(const wire::Request& request) {
  return base::all_headers(request.headers, "DPoP");
}

wire::Exchange refused_with(std::string challenge, std::string nonce) {
  wire::Exchange exchange;
  exchange.response = wire::Response{.status = 401};
  exchange.response->headers = {{"WWW-Authenticate", std::move(challenge)}};
  if (!nonce.empty()) exchange.response->headers.push_back({"DPoP-Nonce", std::move(nonce)});
  return exchange;
}

TEST(Binding, ProvesEachRequestThatHasATokenBehindDpop) {
  Binding binding;
  wire::Request request = request_with("dpop  the-token");
  binding.prove(request, kOrigin, 1000);
  ASSERT_EQ(proofs_of(request).size(), 1U);
  const json claims = proof_claims(proofs_of(request).front());
  EXPECT_EQ(claims.at("htm"), "POST");
  EXPECT_EQ(claims.at("htu"), "https://127.0.0.1:1/mcp");
  EXPECT_EQ(claims.at("iat"), 1000);
  EXPECT_EQ(claims.at("ath"), jose::access_token_hash("the-token"));
}

TEST(Binding, LeavesOtherRequestsAlone) {
  Binding binding;
  for (const char* value : {"Bearer token", "DPoP", "DPoP ", ""}) {
    wire::Request request = request_with(value);
    binding.prove(request, kOrigin, 1000);
    EXPECT_TRUE(proofs_of(request).empty()) << value;
  }
  wire::Request nothing;
  binding.prove(nothing, kOrigin, 1000);
  EXPECT_TRUE(nothing.headers.empty());
  wire::Request raw = request_with("DPoP token");
  raw.raw = "GET / HTTP/1.1\r\n\r\n";
  binding.prove(raw, kOrigin, 1000);
  EXPECT_TRUE(proofs_of(raw).empty());
}

TEST(Binding, SendsTheProofsThatACaseMakes) {
  Binding binding;
  wire::Request request = request_with("DPoP token");
  binding.prove(request, kOrigin, 1000, [](const jose::Recipe&) {
    return std::vector<std::string>{"one", "two"};
  });
  EXPECT_THAT(proofs_of(request), testing::ElementsAre("one", "two"));
}

TEST(Binding, RepeatsTheLastNonce) {
  Binding binding;
  binding.learn(refused_with("DPoP", "first"));
  binding.learn(refused_with("DPoP", "second"));
  binding.learn(refused_with("DPoP", ""));
  wire::Request request = request_with("DPoP token");
  binding.prove(request, kOrigin, 1000);
  EXPECT_EQ(proof_claims(proofs_of(request).front()).at("nonce"), "second");
}

TEST(Binding, BindsTokensAsTheTargetWantsThem) {
  Binding binding;
  jose::Recipe token;
  binding.bind(token);
  EXPECT_EQ(token.claims.find("cnf"), nullptr);
  EXPECT_EQ(binding.scheme(), "Bearer");
  binding.dpop = true;
  binding.bind(token);
  EXPECT_EQ(json::parse(*token.claims.find("cnf")).at("jkt"), binding.key().thumbprint());
  EXPECT_EQ(binding.scheme(), "DPoP");
}

TEST(Binding, UsesAnAlgorithmThatTheTargetTakes) {
  Binding binding;
  EXPECT_TRUE(binding.use_algorithm({"none", "EdDSA", "ES256"}));
  EXPECT_EQ(binding.key().alg(), "EdDSA");
  EXPECT_NE(binding.key().thumbprint(), binding.other_key().thumbprint());
  EXPECT_FALSE(binding.use_algorithm({"none", "HS256"}));
  EXPECT_EQ(binding.key().alg(), "EdDSA");
}

TEST(WantsNonce, WhereAChallengeForDpopSaysSoAndOneIsGiven) {
  EXPECT_TRUE(wants_nonce(refused_with(R"(Bearer, DPoP error="use_dpop_nonce")", "n")));
  EXPECT_FALSE(wants_nonce(refused_with(R"(DPoP error="use_dpop_nonce")", "")));
  EXPECT_FALSE(wants_nonce(refused_with(R"(DPoP error="invalid_token")", "n")));
  EXPECT_FALSE(wants_nonce(refused_with(R"(Bearer error="use_dpop_nonce")", "n")));
}

TEST(MakeCertificates, GivesTwoClientsOfOneAuthority) {
  const auto made = make_certificates();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_NE(tls::certificate_der(made->client.certificate),
            tls::certificate_der(made->other.certificate));
  EXPECT_FALSE(made->ca.empty());
}

}  // namespace
}  // namespace check
