#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/timing/pair.h"

namespace timing {

/// What is asked of the near requests, beside their decoys.
enum class Direction { slower, faster };

/// P(X >= successes) where X counts the heads of `trials` throws of a fair coin. Exact but for
/// rounding.
double binomial_tail(std::size_t successes, std::size_t trials);

/// How many pairs differ by more, by less, and by exactly a given difference.
struct Signs {
  std::size_t above = 0;
  std::size_t below = 0;
  std::size_t ties = 0;
};
Signs count_signs(std::span<const Pair> pairs, std::int64_t difference_ns);

/// The sign test, one-sided: how probable it is to see so many pairs beyond `floor_ns` in that
/// direction where the median difference does not exceed it. With a coin per pair it holds whatever
/// the distribution and however it drifts.
double sign_test(std::span<const Pair> pairs, std::int64_t floor_ns, Direction direction);

/// The quantiles of the pooled times at which the tail guard looks.
inline constexpr std::array<double, 7> kTailQuantiles{0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99};

/// What the tail guard found: a difference that shows in a part of the answers only.
struct Tail {
  double p = 1;         ///< the smallest of all quantiles, not yet multiplied by their number
  double quantile = 0;  ///< where it is; 0 where none had enough pairs
};
/// Counts, for each threshold, the pairs of which one time lies above it and the other does not,
/// after `floor_ns` was taken from the class that is said to be slower. The thresholds do not know
/// the classes, so each such pair is one throw of a fair coin where there is no difference.
Tail tail_guard(std::span<const Pair> pairs, std::int64_t floor_ns, Direction direction);

struct Interval {
  std::int64_t low = 0;
  std::int64_t high = 0;

  bool within(std::int64_t bound) const { return -bound <= low && high <= bound; }
  /// The distance from zero of the end that is farther from it.
  std::int64_t farthest() const;
};

/// Differences of all pairs in ascending order.
std::vector<std::int64_t> sorted_differences(std::span<const Pair> pairs);
/// Times of one class in ascending order.
std::vector<std::int64_t> sorted_times(std::span<const Pair> pairs, std::int64_t Pair::*member);
/// The middle one of them; 0 where there are none.
std::int64_t median_time(std::span<const Pair> pairs, std::int64_t Pair::*member);
/// The value below which a share `q` of them lies; 0 where there are none.
std::int64_t quantile(std::span<const std::int64_t> sorted, double q);
/// Confidence interval of the median from order statistics, as wide as `z` standard deviations of
/// the normal distribution say. Needs no assumption about the distribution.
Interval median_interval(std::span<const std::int64_t> sorted, double z);

/// The z beyond which the normal distribution has a share of `level` on one side.
double normal_quantile_of_level(double level);

}  // namespace timing
