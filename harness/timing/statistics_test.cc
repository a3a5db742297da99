#include "harness/timing/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace timing {
namespace {

std::vector<Pair> pairs_of(std::initializer_list<std::int64_t> differences) {
  std::vector<Pair> pairs;
  for (const auto difference : differences) pairs.push_back({1000, 1000 + difference});
  return pairs;
}

TEST(BinomialTail, SmallCasesAreCountedByHand) {
  EXPECT_DOUBLE_EQ(binomial_tail(0, 4), 1);
  EXPECT_NEAR(binomial_tail(1, 4), 15.0 / 16, 1e-12);
  EXPECT_NEAR(binomial_tail(2, 4), 11.0 / 16, 1e-12);
  EXPECT_NEAR(binomial_tail(3, 4), 5.0 / 16, 1e-12);
  EXPECT_NEAR(binomial_tail(4, 4), 1.0 / 16, 1e-12);
  EXPECT_EQ(binomial_tail(5, 4), 0);
  EXPECT_EQ(binomial_tail(0, 0), 1);
}

TEST(BinomialTail, BothTailsTogetherAreEverything) {
  for (const std::size_t n : {1U, 30U, 251U, 8000U}) {
    for (std::size_t k = 1; k <= n; k += 1 + n / 17) {
      // P(X >= k) + P(X <= k - 1), the latter by symmetry.
      EXPECT_NEAR(binomial_tail(k, n) + binomial_tail(n - k + 1, n), 1, 1e-9) << k << " of " << n;
    }
  }
}

TEST(BinomialTail, FarTailsFollowTheNormalDistribution) {
  // With the continuity correction the normal tail is within some per cent four deviations out.
  const std::size_t n = 8000;
  const auto k = static_cast<std::size_t>(4000 + 4 * std::sqrt(8000.0) / 2);
  const double z = (static_cast<double>(k) - 0.5 - 4000) / (std::sqrt(8000.0) / 2);
  EXPECT_NEAR(binomial_tail(k, n) / (std::erfc(z / std::sqrt(2.0)) / 2), 1, 0.05);
}

TEST(SignTest, CountsPairsBeyondTheFloor) {
  const auto pairs = pairs_of({-500, -101, -100, 0, 99, 100, 101, 101, 101, 101});
  const Signs above = count_signs(pairs, 100);
  EXPECT_EQ(above.above, 4U);
  EXPECT_EQ(above.below, 5U);
  EXPECT_EQ(above.ties, 1U);
  EXPECT_DOUBLE_EQ(sign_test(pairs, 100, Direction::slower), binomial_tail(4, 9));
  EXPECT_DOUBLE_EQ(sign_test(pairs, 100, Direction::faster), binomial_tail(2, 9));
}

TEST(SignTest, KnowsBothDirections) {
  const std::vector<Pair> slower(400, {.decoy_ns = 1000, .near_ns = 1200});
  const std::vector<Pair> faster(400, {.decoy_ns = 1200, .near_ns = 1000});
  EXPECT_LT(sign_test(slower, 100, Direction::slower), 1e-100);
  EXPECT_EQ(sign_test(slower, 100, Direction::faster), 1);
  EXPECT_LT(sign_test(faster, 100, Direction::faster), 1e-100);
  EXPECT_EQ(sign_test(slower, 200, Direction::slower), 1) << "ties are no evidence";
}

TEST(TailGuard, SeesWhatTheMedianDoesNot) {
  std::mt19937_64 random(7);
  std::normal_distribution<> noise(30e3, 2e3);
  std::vector<Pair> pairs;
  for (int i = 0; i < 8000; ++i) {
    pairs.push_back({std::llround(noise(random)), std::llround(noise(random))});
    if (i % 20 == 0) pairs.back().near_ns += 20'000;
  }
  EXPECT_GT(sign_test(pairs, 100, Direction::slower), 1e-4);
  const Tail tail = tail_guard(pairs, 100, Direction::slower);
  EXPECT_LT(tail.p, 1e-12);
  EXPECT_GE(tail.quantile, 0.95);
  EXPECT_GT(tail_guard(pairs, 100, Direction::faster).p, 1e-3);
}

TEST(TailGuard, SaysNothingFromAHandfulOfPairs) {
  const std::vector<Pair> pairs(29, {.decoy_ns = 1000, .near_ns = 9000});
  const Tail tail = tail_guard(pairs, 100, Direction::slower);
  EXPECT_EQ(tail.p, 1);
  EXPECT_EQ(tail.quantile, 0);
}

TEST(MedianInterval, IsMadeOfOrderStatistics) {
  std::vector<std::int64_t> sorted;
  for (std::int64_t i = 1; i <= 100; ++i) sorted.push_back(i);
  // 100 / 2 - 2 * 10 / 2 = 40.
  const Interval interval = median_interval(sorted, 2);
  EXPECT_EQ(interval.low, 40);
  EXPECT_EQ(interval.high, 61);
  EXPECT_EQ(interval.farthest(), 61);
  EXPECT_TRUE(interval.within(61));
  EXPECT_FALSE(interval.within(60));
  EXPECT_EQ(median_interval({}, 2).farthest(), 0);
}

TEST(MedianInterval, HoldsTheMedianAsOftenAsItSays) {
  std::mt19937_64 random(11);
  int outside = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> values;
    for (int i = 0; i < 500; ++i) {
      // The median of this is ln 2 * 1e6.
      values.push_back(std::llround(std::exponential_distribution<>(1e-6)(random)));
    }
    std::sort(values.begin(), values.end());
    const Interval interval = median_interval(values, 2.576);
    if (interval.low > 693'147 || interval.high < 693'147) ++outside;
  }
  EXPECT_LE(outside, 40) << "1 % of 2,000 is 20";
  EXPECT_GE(outside, 4) << "an interval that always holds it is too wide";
}

TEST(NormalQuantile, IsTheOneOfTheTables) {
  EXPECT_NEAR(normal_quantile_of_level(0.025), 1.959964, 1e-5);
  EXPECT_NEAR(normal_quantile_of_level(1e-3 / 24), 3.935, 1e-3);
}

}  // namespace
}  // namespace timing
