#include "mock-idp/idp/opaque_tokens.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace idp {
namespace {

using namespace std::chrono_literals;

class OpaqueTokensTest : public testing::Test {
 protected:
  OpaqueTokensTest() { clock_.freeze(base::Time(1'900'000'000s)); }
  jose::Recipe lasting(std::chrono::seconds span) const {
    jose::Recipe recipe;
    recipe.now = clock_.epoch_seconds();
    return recipe.claim("sub", "\"me\"").expiring_in(span);
  }
  bool is_active(const std::string& text) const {
    return tokens_.find(text)->is_active(clock_.epoch_seconds());
  }
  bool is_valid(const std::string& text) const {
    return tokens_.find(text)->is_valid(clock_.epoch_seconds());
  }

  base::AdjustableClock clock_;
  OpaqueTokens tokens_{clock_, 3};
};

TEST_F(OpaqueTokensTest, ATokenIsRandomAndSaysNothing) {
  const std::string one = tokens_.add(lasting(5min));
  EXPECT_EQ(one.size(), 48u);
  EXPECT_EQ(one.find('.'), std::string::npos);
  EXPECT_NE(tokens_.add(lasting(5min)), one);
  EXPECT_EQ(tokens_.find(one)->claims.string("sub"), "me");
  EXPECT_FALSE(tokens_.find(one + "x"));
}

TEST_F(OpaqueTokensTest, ATokenMayBeCalledAnythingAndBeRegisteredAnew) {
  EXPECT_EQ(tokens_.add(lasting(5min), {.text = "a+b/c=="}), "a+b/c==");
  tokens_.add(lasting(5min).claim("sub", "\"you\""), {.text = "a+b/c=="});
  EXPECT_EQ(tokens_.find("a+b/c==")->claims.string("sub"), "you");
}

TEST_F(OpaqueTokensTest, ATokenThatExpiresIsActiveNoLonger) {
  const std::string token = tokens_.add(lasting(60s));
  EXPECT_TRUE(is_active(token));
  EXPECT_TRUE(is_valid(token));
  clock_.advance(60s);
  EXPECT_FALSE(is_active(token));
  EXPECT_FALSE(is_valid(token));
}

TEST_F(OpaqueTokensTest, ATokenThatWasExpiredFromTheStartIsCalledActiveButOpensNothing) {
  const std::string token = tokens_.add(lasting(-60s));
  EXPECT_TRUE(is_active(token));
  EXPECT_FALSE(is_valid(token));
}

TEST_F(OpaqueTokensTest, ACheckedTokenIsActiveBetweenItsTimesOnly) {
  EXPECT_FALSE(is_active(tokens_.add(lasting(-60s), {.checked = true})));
  const std::string token =
      tokens_.add(lasting(5min).claim("nbf", "1900000060"), {.checked = true});
  EXPECT_FALSE(is_active(token));
  clock_.advance(60s);
  EXPECT_TRUE(is_active(token));
  clock_.advance(4min);
  EXPECT_FALSE(is_active(token));
}

TEST_F(OpaqueTokensTest, ATokenOpensNothingBeforeItsTime) {
  const std::string token = tokens_.add(lasting(5min).claim("nbf", "1900000060"));
  EXPECT_FALSE(is_valid(token));
  clock_.advance(60s);
  EXPECT_TRUE(is_valid(token));
}

TEST_F(OpaqueTokensTest, TimesThatAreNoNumbersEndNothing) {
  for (const char* exp : {"\"1\"", "null", "1e400", "[1]", "nonsense"}) {
    EXPECT_TRUE(is_active(tokens_.add(lasting(5min).claim("exp", exp)))) << exp;
  }
}

TEST_F(OpaqueTokensTest, ARevokedTokenIsNeitherActiveNorValid) {
  const std::string token = tokens_.add(lasting(5min));
  EXPECT_TRUE(tokens_.revoke(token));
  EXPECT_FALSE(is_active(token));
  EXPECT_FALSE(is_valid(token));
  EXPECT_FALSE(tokens_.revoke("unknown"));
}

TEST_F(OpaqueTokensTest, TheOldestIsForgottenFirst) {
  const std::string first = tokens_.add(lasting(5min));
  std::string last;
  for (int i = 0; i < 3; ++i) last = tokens_.add(lasting(5min));
  EXPECT_FALSE(tokens_.find(first));
  EXPECT_TRUE(tokens_.find(last));
}

TEST_F(OpaqueTokensTest, AnyClientWithASecretMayAskUntilOneIsNamed) {
  EXPECT_TRUE(tokens_.may_ask("me", "secret"));
  EXPECT_FALSE(tokens_.may_ask("me", ""));
  tokens_.allow_client("server", "right");
  EXPECT_TRUE(tokens_.may_ask("server", "right"));
  EXPECT_FALSE(tokens_.may_ask("server", "wrong"));
  EXPECT_FALSE(tokens_.may_ask("me", "secret"));
}

TEST_F(OpaqueTokensTest, ServesManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int n = 0; n < 200; ++n) {
        const std::string token = tokens_.add(lasting(5min));
        tokens_.find(token);
        tokens_.revoke(token);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string token = tokens_.add(lasting(5min));
  EXPECT_TRUE(is_active(token));
}

}  // namespace
}  // namespace idp
