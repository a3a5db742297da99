#include "suites/session/ids.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/base/random.h"

namespace suites::session {
namespace {

constexpr int kSample = 32;

IdFacts facts_of(const std::function<std::string(int)>& make) {
  std::vector<std::string> ids;
  ids.reserve(kSample);
  for (int i = 0; i < kSample; ++i) ids.push_back(make(i));
  return look_at_ids(ids);
}

std::string uuid(int /*number*/) {
  const std::string hex = base::random_hex(16);
  constexpr const char* kVariant[] = {"8", "9", "a", "b"};
  return fmt::format("{}-{}-4{}-{}{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3),
                     kVariant[hex[16] % 4], hex.substr(17, 3), hex.substr(20));
}

TEST(SessionIds, ARandomUuidIsWorthItsRandomBits) {
  const IdFacts facts = facts_of(uuid);
  EXPECT_NEAR(facts.bits, 122, 2);
  EXPECT_EQ(facts.different, 32U);
  EXPECT_FALSE(facts.sequential);
  EXPECT_TRUE(facts.visible);
}

TEST(SessionIds, AUuidThatBeginsWithTheTimeIsNotSequential) {
  const IdFacts facts = facts_of([](int number) {
    const std::string hex = base::random_hex(10);
    return fmt::format("{:08x}-{:04x}-7{}-8{}-{}", 0x19a00000, 0x1000 + number * 5,
                       hex.substr(0, 3), hex.substr(3, 3), hex.substr(6, 12));
  });
  EXPECT_FALSE(facts.sequential);
  EXPECT_GT(facts.bits, 64);
}

TEST(SessionIds, ShortOnesAreWorthLittle) {
  EXPECT_NEAR(facts_of([](int) { return base::random_hex(4); }).bits, 32, 0.1);
}

TEST(SessionIds, CountersAreSequentialAlsoWhereTheyGetLonger) {
  EXPECT_TRUE(facts_of([](int number) { return fmt::format("session-{}", number); }).sequential);
  EXPECT_TRUE(
      facts_of([](int number) { return fmt::format("s{:08x}.node1", 0xff0 + number); }).sequential);
}

TEST(SessionIds, ClocksAreSequential) {
  EXPECT_TRUE(facts_of([](int number) {
                return fmt::format("{}", 1'763'769'600'123'456'789 + number * 812'345LL);
              }).sequential);
}

TEST(SessionIds, OneForAllIsOne) {
  const IdFacts facts = facts_of([](int) { return "0123456789abcdef"; });
  EXPECT_EQ(facts.different, 1U);
  EXPECT_EQ(facts.bits, 0);
  EXPECT_FALSE(facts.sequential);
}

TEST(SessionIds, BlanksAndBytesBeyondAsciiAreNotVisible) {
  EXPECT_FALSE(look_at_ids({"a b"}).visible);
  EXPECT_FALSE(look_at_ids({"ä"}).visible);
  EXPECT_FALSE(look_at_ids({""}).visible);
  EXPECT_TRUE(look_at_ids({"eyJhbGciOiJIUzI1NiJ9.e30.x_-~!"}).visible);
}

}  // namespace
}  // namespace suites::session
