#include "harness/timing/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace timing {
namespace {

/// Fewer pairs than this on different sides of a threshold say nothing.
constexpr std::size_t kFewestDiscordant = 30;

double log_factorial(std::size_t n) {
  int sign = 0;  // std::lgamma keeps it in a global variable
  return lgamma_r(static_cast<double>(n) + 1, &sign);
}

double log_probability(std::size_t successes, std::size_t trials) {
  return log_factorial(trials) - log_factorial(successes) - log_factorial(trials - successes) -
         static_cast<double>(trials) * std::log(2.0);
}

/// Which of `count` values in ascending order is the quantile.
std::size_t rank(std::size_t count, double q) {
  return static_cast<std::size_t>(std::clamp(q, 0.0, 1.0) * static_cast<double>(count - 1));
}

/// A pair with the floor taken from the class that is said to be slower, as (suspect, other).
struct Shifted {
  std::int64_t suspect = 0;
  std::int64_t other = 0;
};

Shifted shift(const Pair& pair, std::int64_t floor_ns, Direction direction) {
  if (direction == Direction::slower) return {pair.near_ns - floor_ns, pair.decoy_ns};
  return {pair.decoy_ns - floor_ns, pair.near_ns};
}

double exceedance(std::span<const Shifted> pairs, std::int64_t threshold) {
  std::size_t suspect = 0;
  std::size_t other = 0;
  for (const auto& pair : pairs) {
    const bool first = pair.suspect > threshold;
    const bool second = pair.other > threshold;
    if (first && !second) ++suspect;
    if (second && !first) ++other;
  }
  if (suspect + other < kFewestDiscordant) return 1;
  return binomial_tail(suspect, suspect + other);
}

}  // namespace

double binomial_tail(std::size_t successes, std::size_t trials) {
  if (successes == 0) return 1;
  if (successes > trials) return 0;
  // Beyond the middle the terms fall, so a sum from there outwards is short and exact.
  if (2 * successes <= trials) return 1 - binomial_tail(trials - successes + 1, trials);
  double term = std::exp(log_probability(successes, trials));
  double sum = term;
  for (std::size_t i = successes; i < trials && term > sum * 1e-17; ++i) {
    term *= static_cast<double>(trials - i) / static_cast<double>(i + 1);
    sum += term;
  }
  return std::min(sum, 1.0);
}

Signs count_signs(std::span<const Pair> pairs, std::int64_t difference_ns) {
  Signs signs;
  for (const auto& pair : pairs) {
    const std::int64_t difference = pair.difference();
    if (difference > difference_ns) ++signs.above;
    if (difference < difference_ns) ++signs.below;
    if (difference == difference_ns) ++signs.ties;
  }
  return signs;
}

double sign_test(std::span<const Pair> pairs, std::int64_t floor_ns, Direction direction) {
  const bool slower = direction == Direction::slower;
  const Signs signs = count_signs(pairs, slower ? floor_ns : -floor_ns);
  return binomial_tail(slower ? signs.above : signs.below, signs.above + signs.below);
}

Tail tail_guard(std::span<const Pair> pairs, std::int64_t floor_ns, Direction direction) {
  std::vector<Shifted> shifted;
  std::vector<std::int64_t> pooled;
  shifted.reserve(pairs.size());
  pooled.reserve(2 * pairs.size());
  for (const auto& pair : pairs) {
    shifted.push_back(shift(pair, floor_ns, direction));
    pooled.push_back(shifted.back().suspect);
    pooled.push_back(shifted.back().other);
  }
  Tail tail;
  if (pairs.empty()) return tail;
  auto done = pooled.begin();  // what lies before it is not greater than what follows
  for (const double q : kTailQuantiles) {
    const auto threshold = pooled.begin() + static_cast<std::ptrdiff_t>(rank(pooled.size(), q));
    std::nth_element(done, threshold, pooled.end());
    done = threshold;
    const double p = exceedance(shifted, *threshold);
    if (p < tail.p) tail = {.p = p, .quantile = q};
  }
  return tail;
}

std::int64_t Interval::farthest() const { return std::max(std::abs(low), std::abs(high)); }

std::vector<std::int64_t> sorted_differences(std::span<const Pair> pairs) {
  std::vector<std::int64_t> differences;
  differences.reserve(pairs.size());
  for (const auto& pair : pairs) differences.push_back(pair.difference());
  std::sort(differences.begin(), differences.end());
  return differences;
}

std::int64_t median_time(std::span<const Pair> pairs, std::int64_t Pair::*member) {
  if (pairs.empty()) return 0;
  std::vector<std::int64_t> times;
  times.reserve(pairs.size());
  for (const auto& pair : pairs) times.push_back(pair.*member);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(rank(times.size(), 0.5));
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

std::vector<std::int64_t> sorted_times(std::span<const Pair> pairs, std::int64_t Pair::*member) {
  std::vector<std::int64_t> times;
  times.reserve(pairs.size());
  for (const auto& pair : pairs) times.push_back(pair.*member);
  std::sort(times.begin(), times.end());
  return times;
}

std::int64_t quantile(std::span<const std::int64_t> sorted, double q) {
  if (sorted.empty()) return 0;
  return sorted[rank(sorted.size(), q)];
}

Interval median_interval(std::span<const std::int64_t> sorted, double z) {
  if (sorted.empty()) return {};
  const auto n = static_cast<double>(sorted.size());
  // The order statistic as people count, from 1.
  const double rank = std::floor(n / 2 - z * std::sqrt(n) / 2);
  const auto low = static_cast<std::size_t>(std::max(rank, 1.0) - 1);
  return {.low = sorted[low], .high = sorted[sorted.size() - 1 - low]};
}

double normal_quantile_of_level(double level) {
  // The tail falls with z, so halving the range finds it; 60 steps are beyond a double's precision.
  double low = 0;
  double high = 40;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (std::erfc(middle / std::sqrt(2.0)) / 2 > level ? low : high) = middle;
  }
  return high;
}

}  // namespace timing
