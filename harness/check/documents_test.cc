#include "harness/check/documents.h"

#include <gtest/gtest.h>

#include "harness/oauth/ask.h"

namespace check {
namespace {

using namespace std::chrono_literals;

wire::Exchange get(const std::string& url) {
  return oauth::get_json(oauth::on_own_connections({}, base::Deadline::after(5s)), url);
}

TEST(Documents, WhatIsPutIsServedAndCounted) {
  auto documents = Documents::start();
  ASSERT_TRUE(documents) << documents.error().message;
  const std::string url = (*documents)->reserve("client.json");
  EXPECT_EQ(get(url).status(), 404);
  (*documents)->put(url, {.body = "{}"});
  const auto exchange = get(url);
  ASSERT_TRUE(exchange.response);
  EXPECT_EQ(exchange.status(), 200);
  EXPECT_EQ(exchange.response->body, "{}");
  EXPECT_EQ((*documents)->hits(url), 2u);
}

TEST(Documents, WhatNobodyReservedIsNotThere) {
  auto documents = Documents::start();
  ASSERT_TRUE(documents);
  const std::string url = (*documents)->reserve();
  EXPECT_EQ(get(url + "/more").status(), 404);
  EXPECT_EQ((*documents)->hits(url), 0u);
}

}  // namespace
}  // namespace check
