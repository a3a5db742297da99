#include "harness/timing/words.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "harness/timing/gate.h"

namespace timing {
namespace {

std::string in_unit(std::int64_t ns, double unit, std::string_view name) {
  const double value = static_cast<double>(ns) / unit;
  return fmt::format("{:.{}f} {}", value, std::abs(value) < 10 ? 2 : 1, name);
}

std::string interval_text(const Interval& interval) {
  return fmt::format("{} to {}", duration_text(interval.low), duration_text(interval.high));
}

std::string_view slower_or_faster(Direction direction) {
  return direction == Direction::slower ? "slower" : "faster";
}

/// What every sentence ends with.
std::string figures(const Result& result) {
  const Measurement& m = result.measurement;
  return fmt::format("{} pairs, MDE99 {}, p50 {}, seed {}", count_text(m.pairs),
                     duration_text(m.mde_ns), duration_text(m.median_ns), seed_text(result.seed));
}

std::string pass_sentence(const Result& result) {
  return fmt::format("no difference > {} in median response time (99 % confidence, {})",
                     duration_text(result.measurement.bound_ns), figures(result));
}

std::string warn_sentence(const Result& result) {
  const Measurement& m = result.measurement;
  return fmt::format(
      "near requests are answered {} {} than decoys in the median (99 %: {}): a real difference, "
      "but "
      "it cannot be shown to exceed the floor of {} ({})",
      duration_text(std::abs(m.difference_ns)), slower_or_faster(result.direction),
      interval_text(m.interval), duration_text(m.floor_ns), figures(result));
}

std::string fail_sentence(const Result& result) {
  const Measurement& m = result.measurement;
  if (result.quantile == 0) {
    return fmt::format(
        "near requests are answered {} {} than decoys in the median (99 %: {}), seen twice ({})",
        duration_text(std::abs(m.difference_ns)), slower_or_faster(result.direction),
        interval_text(m.interval), figures(result));
  }
  return fmt::format(
      "near requests are answered {} than decoys around the {:.0f} % quantile (by {} there, by {} "
      "in the median), seen twice ({})",
      slower_or_faster(result.direction), 100 * result.quantile,
      duration_text(std::abs(result.at_quantile_ns)), duration_text(std::abs(m.difference_ns)),
      figures(result));
}

}  // namespace

std::string duration_text(std::int64_t ns) {
  if (std::abs(ns) < 10'000) return fmt::format("{} ns", ns);
  if (std::abs(ns) < 1'000'000) return in_unit(ns, 1e3, "us");
  if (std::abs(ns) < 1'000'000'000) return in_unit(ns, 1e6, "ms");
  return in_unit(ns, 1e9, "s");
}

std::string count_text(std::size_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string seed_text(std::uint64_t seed) { return fmt::format("0x{:x}", seed); }

std::string sentence(const Result& result) {
  switch (result.verdict) {
    case Verdict::pass:
      return pass_sentence(result);
    case Verdict::fail:
      return fail_sentence(result);
    case Verdict::warn:
      return warn_sentence(result);
    case Verdict::inconclusive:
      break;
  }
  return result.reason;
}

}  // namespace timing
