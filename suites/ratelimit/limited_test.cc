#include "suites/ratelimit/limited.h"

#include <gtest/gtest.h>

#include "common/base/text.h"

namespace suites {
namespace {

using std::chrono::seconds;

/// 2026-11-21 12:00:00 UTC
const base::Time kNow{seconds{1'795'262'400}};

std::optional<seconds> read(const std::string& value) {
  wire::Exchange exchange;
  exchange.response = wire::Response{.status = 429, .headers = {{"Retry-After", value}}};
  return retry_after(exchange, kNow);
}

TEST(RetryAfter, IsSeconds) {
  EXPECT_EQ(read("30"), seconds{30});
  EXPECT_EQ(read(" 0 "), seconds{0});
}

TEST(RetryAfter, IsTheTimeLeftUntilADate) {
  EXPECT_EQ(read("Sat, 21 Nov 2026 12:00:30 GMT"), seconds{30});
  EXPECT_EQ(read("Sat, 21 Nov 2026 11:59:00 GMT"), seconds{-60});
}

TEST(RetryAfter, IsNothingWhereItIsNeither) {
  for (const char* value : {"", "soon", "-1", "1.5", "30 s", "Sat, 21 Nov 2026"}) {
    EXPECT_EQ(read(value), std::nullopt) << value;
  }
  EXPECT_EQ(retry_after({}, kNow), std::nullopt);
}

}  // namespace
}  // namespace suites
