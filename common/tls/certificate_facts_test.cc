#include "common/tls/certificate_facts.h"

#include <gtest/gtest.h>

#include "common/tls/certificate.h"

namespace tls {
namespace {

TEST(CertificateFacts, TellsNameAlternativeNamesAndKey) {
  const auto authority = Authority::make();
  ASSERT_TRUE(authority);
  const auto client = authority->client("client one, \"the first\"");
  ASSERT_TRUE(client);
  const auto facts = read_certificate_facts(certificate_der(client->certificate));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->subject, R"(CN=client one\, \"the first\",O=mcp-authspec\, for tests)");
  EXPECT_TRUE(facts->dns.empty());
  EXPECT_EQ(facts->public_key.substr(0, 1), "\x30");

  const auto server = authority->server({"a.example", "127.0.0.1", "::1"});
  ASSERT_TRUE(server);
  const auto named = read_certificate_facts(certificate_der(server->certificate));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->dns, std::vector<std::string>{"a.example"});
  EXPECT_EQ(named->addresses, (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_NE(named->public_key, facts->public_key);
}

TEST(CertificateFacts, WhatIsNoCertificateIsRefused) {
  EXPECT_FALSE(read_certificate_facts(""));
  EXPECT_FALSE(read_certificate_facts("garbage"));
}

TEST(CertificateFacts, OnlyTheAuthorityThatSignedItCounts) {
  const auto authority = Authority::make();
  const auto other = Authority::make();
  const std::string client = certificate_der(authority->client("one")->certificate);
  EXPECT_TRUE(is_signed_by(client, authority->certificate()));
  EXPECT_TRUE(is_signed_by(client, other->certificate() + authority->certificate()));
  EXPECT_FALSE(is_signed_by(client, other->certificate()));
  EXPECT_FALSE(is_signed_by(client, ""));
  EXPECT_FALSE(is_signed_by("garbage", authority->certificate()));
  const std::string server = certificate_der(authority->server()->certificate);
  EXPECT_FALSE(is_signed_by(server, authority->certificate())) << "not for clients";
  const std::string own = certificate_der(self_signed()->certificate);
  EXPECT_FALSE(is_signed_by(own, authority->certificate()));
}

}  // namespace
}  // namespace tls
