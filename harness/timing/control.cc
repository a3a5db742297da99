#include "harness/timing/control.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <vector>

#include "harness/timing/fitness.h"
#include "harness/timing/words.h"

namespace timing {
namespace {

constexpr std::size_t kControlPairs = 2000;
constexpr double kBrokenBelow = 1e-4;

double two_sided_sign_test(std::span<const Pair> pairs) {
  const double slower = sign_test(pairs, 0, Direction::slower);
  const double faster = sign_test(pairs, 0, Direction::faster);
  return std::min(1.0, 2 * std::min(slower, faster));
}

Control broken(const Control& measured, const std::string& reason) {
  Control result = measured;
  result.sound = false;
  result.reason = "the A/A control cannot be relied on: " + reason;
  return result;
}

std::string outcome(const Control& result) {
  return fmt::format(
      "two classes of decoys differ by {} in the median (p {:.2g}, {} pairs, seed {})",
      duration_text(result.measurement.difference_ns), result.p,
      count_text(result.measurement.pairs), seed_text(result.seed));
}

}  // namespace

Control control(const OpenSource& open_decoys, const Rules& rules) {
  Control result;
  result.seed = rules.seed;
  std::mt19937_64 seeds(rules.seed);
  auto source = open_decoys(seeds());
  if (!source) return broken(result, source.error().message);
  std::vector<Pair> pairs;
  const Draw draw = (*source)->draw(kControlPairs, base::Deadline::after(rules.cap), pairs);
  result.halt = draw.halt;
  result.dropped = draw.dropped;
  result.measurement = measure(pairs, rules);
  result.measurement.distributions = distributions_of(pairs);
  if (const auto halted = why_halted(draw)) return broken(result, *halted);
  const Losses losses{.dropped = draw.dropped, .attempted = pairs.size() + draw.dropped};
  if (const auto reason = why_unfit(result.measurement, losses, rules)) {
    return broken(result, *reason);
  }
  result.p = two_sided_sign_test(pairs);
  result.reason = outcome(result);
  if (result.p < kBrokenBelow) return broken(result, result.reason);
  result.sound = true;
  return result;
}

}  // namespace timing
