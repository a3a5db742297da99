#include "key_cache.h"

#include <gtest/gtest.h>

#include "mock-idp/idp/mock_idp.h"

namespace example {
namespace {

constexpr char kAudience[] = "http://127.0.0.1:3000/mcp";

/// Every test has a provider of its own, on a port of its own, for as long as the test takes.
class KeyCacheTest : public testing::Test {
 protected:
  std::string good_token() { return idp_.issuer().mint(kAudience, "mcp:tools").value(); }
  std::size_t fetches() {
    return idp_.journal().count([](const idp::Entry& entry) { return entry.endpoint == "jwks"; });
  }

  idp::MockIdp idp_;
  KeyCache cache_{idp_.issuer().jwks_uri()};
};

TEST_F(KeyCacheTest, KeysAreFetchedOnceForManyTokens) {
  for (int n = 0; n < 10; ++n) EXPECT_EQ(cache_.knows_key_of(good_token()), true);
  EXPECT_EQ(fetches(), 1u);
}

TEST_F(KeyCacheTest, AfterARotationTheKeysAreFetchedOnceMore) {
  const std::string before = good_token();
  ASSERT_EQ(cache_.knows_key_of(before), true);
  ASSERT_TRUE(idp_.issuer().keys().rotate("ES256"));
  EXPECT_EQ(cache_.knows_key_of(good_token()), true);
  EXPECT_EQ(cache_.knows_key_of(before), true) << "its key is still published";
  EXPECT_EQ(fetches(), 2u);
}

TEST_F(KeyCacheTest, AKeyThatTheIssuerDoesNotPublishIsUnknown) {
  const std::string kid = idp_.issuer().keys().signing_key("ES256")->kid();
  ASSERT_TRUE(idp_.issuer().keys().set_state(kid, idp::KeyState::ghost));
  EXPECT_EQ(cache_.knows_key_of(good_token()), false);
}

TEST_F(KeyCacheTest, WhileTheIssuerIsOutOfOrderOldKeysServeAndNewOnesAreNotCalledUnknown) {
  const std::string before = good_token();
  ASSERT_EQ(cache_.knows_key_of(before), true);
  ASSERT_TRUE(idp_.control("POST /faults", R"({"endpoint":"jwks","kind":"status","times":1})"));
  ASSERT_TRUE(idp_.issuer().keys().rotate("ES256"));
  const std::string after = good_token();
  EXPECT_EQ(cache_.knows_key_of(after), std::nullopt);
  EXPECT_EQ(cache_.knows_key_of(before), true);
  EXPECT_EQ(cache_.knows_key_of(after), true) << "the fault acted once";
  const auto failed =
      idp_.journal().entries([](const idp::Entry& entry) { return entry.status == 503; });
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed.front().endpoint, "jwks");
}

}  // namespace
}  // namespace example
