#include "harness/check/affinity.h"

#include <gtest/gtest.h>

namespace check {
namespace {

const base::Header kAlice{"Authorization", "Bearer alice"};
const base::Header kMallory{"Authorization", "Bearer mallory"};

/// An answer to Alice that begins session "s".
wire::Exchange beginning(const std::vector<std::string>& cookies) {
  wire::Exchange exchange;
  exchange.request.headers = {{"Content-Type", "application/json"}, kAlice};
  exchange.response = wire::Response{.status = 200, .headers = {{"Mcp-Session-Id", "s"}}};
  for (const std::string& cookie : cookies) {
    exchange.response->headers.push_back({"Set-Cookie", cookie});
  }
  return exchange;
}

/// The cookies that a request gets; empty: none.
std::string cookies_of(const Affinity& affinity, base::Headers headers) {
  wire::Request request{.headers = std::move(headers)};
  affinity.attach(request);
  const std::string* cookie = base::find_header(request.headers, "Cookie");
  return cookie == nullptr ? "" : *cookie;
}

TEST(Affinity, TheCookieOfABalancerGoesWithEveryRequestOfTheSession) {
  Affinity affinity;
  affinity.learn(beginning({"AWSALB=one; Path=/; Secure", "GCLB=\"two\""}));
  EXPECT_EQ(cookies_of(affinity, {kAlice, {"Mcp-Session-Id", "s"}}), "AWSALB=one; GCLB=\"two\"");
  EXPECT_EQ(cookies_of(affinity, {kMallory, {"Mcp-Session-Id", "s"}}), "AWSALB=one; GCLB=\"two\"");
  EXPECT_EQ(cookies_of(affinity, {kAlice, {"Mcp-Session-Id", "t"}}), "");
  EXPECT_EQ(cookies_of(affinity, {kAlice}), "");
}

TEST(Affinity, ACookieThatMayBeACredentialGoesWithItsOwnersRequestsOnly) {
  Affinity affinity;
  affinity.learn(beginning({"sid=secret", "route=2"}));
  EXPECT_EQ(cookies_of(affinity, {kAlice, {"Accept", "*/*"}, {"Mcp-Session-Id", "s"}}),
            "sid=secret; route=2");
  EXPECT_EQ(cookies_of(affinity, {kMallory, {"Mcp-Session-Id", "s"}}), "route=2");
  EXPECT_EQ(cookies_of(affinity, {{"Mcp-Session-Id", "s"}}), "route=2");
}

TEST(Affinity, ALaterCookieReplacesOneOfItsNameAndAnEmptyOneRemovesIt) {
  Affinity affinity;
  affinity.learn(beginning({"AWSALB=one", "route=2"}));
  affinity.learn(beginning({"AWSALB=three", "route="}));
  EXPECT_EQ(cookies_of(affinity, {{"Mcp-Session-Id", "s"}}), "AWSALB=three");
}

TEST(Affinity, ARequestKeepsTheCookiesOfItsOwn) {
  Affinity affinity;
  affinity.learn(beginning({"AWSALB=one"}));
  EXPECT_EQ(cookies_of(affinity, {{"Cookie", "token=x"}, {"Mcp-Session-Id", "s"}}),
            "token=x; AWSALB=one");
}

TEST(Affinity, WhatIsKeptIsBounded) {
  Affinity affinity;
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("route" + std::to_string(i) + "=x");
  many.push_back("route=" + std::string(100'000, 'x'));
  affinity.learn(beginning(many));
  EXPECT_LT(cookies_of(affinity, {{"Mcp-Session-Id", "s"}}).size(), 1'000U);
}

}  // namespace
}  // namespace check
