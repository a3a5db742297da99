#include "harness/timing/measurement.h"

#include <algorithm>
#include <cmath>

namespace timing {
namespace {

/// In each direction the sign test and the tail guard.
constexpr double kTests = 4;
/// 0.33 % for each of the three looks that may pass: 99 % for all of them together.
constexpr double kIntervalZ = 2.94;
constexpr double kTwoSidedZ99 = 2.576;
constexpr double kOneSidedZ99 = 2.326;

/// The error that the median of these differences has, as their own order statistics tell it.
double standard_error(std::span<const std::int64_t> sorted) {
  const Interval interval = median_interval(sorted, kTwoSidedZ99);
  return static_cast<double>(interval.high - interval.low) / 2 / kTwoSidedZ99;
}

std::int64_t least_detectable(std::span<const std::int64_t> sorted, const Rules& rules) {
  const double z = normal_quantile_of_level(rules.look_level()) + kOneSidedZ99;
  return rules.floor_ns + std::llround(z * standard_error(sorted));
}

std::int64_t claim(std::int64_t median_ns, const Rules& rules) {
  const auto share = std::llround(rules.claim_share * static_cast<double>(median_ns));
  return std::max<std::int64_t>(rules.claim_ns, share);
}

}  // namespace

double Rules::look_level() const {
  return alpha_looks / (kTests * static_cast<double>(looks.size()));
}

double Rules::confirmation_level() const { return alpha_confirmation / kTests; }

Measurement measure(std::span<const Pair> pairs, const Rules& rules) {
  const auto differences = sorted_differences(pairs);
  Measurement result;
  result.pairs = pairs.size();
  result.median_ns = median_time(pairs, &Pair::decoy_ns);
  result.difference_ns = quantile(differences, 0.5);
  result.interval = median_interval(differences, kIntervalZ);
  result.bound_ns = result.interval.farthest();
  result.mde_ns = least_detectable(differences, rules);
  result.floor_ns = rules.floor_ns;
  result.claim_ns = claim(result.median_ns, rules);
  result.ties = count_signs(pairs, 0).ties;
  return result;
}

}  // namespace timing
