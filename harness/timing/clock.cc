#include "harness/timing/clock.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <set>

namespace timing {
namespace {

/// Enough that steps of many lengths are among them.
constexpr std::size_t kReadings = 2000;
/// Between steps that are as long as each other before they are rounded.
constexpr std::int64_t kRounding = 1;

}  // namespace

std::int64_t raw_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::int64_t resolution_ns(const std::vector<std::int64_t>& readings) {
  std::set<std::int64_t> steps;
  for (std::size_t i = 1; i < readings.size(); ++i) steps.insert(readings[i] - readings[i - 1]);
  std::int64_t finest = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t step : steps) {
    const auto next = steps.upper_bound(step + kRounding);
    if (next != steps.end()) finest = std::min(finest, *next - step);
  }
  const bool all_alike = finest == std::numeric_limits<std::int64_t>::max();
  // Where a machine reads its clock at an even pace but for one interruption, the steps differ by
  // the length of that; no clock counts more coarsely than its shortest step.
  return all_alike ? kRounding : std::min(finest, *steps.upper_bound(0));
}

std::int64_t clock_resolution_ns() {
  std::vector<std::int64_t> readings(kReadings);
  std::generate(readings.begin(), readings.end(), raw_ns);
  return resolution_ns(readings);
}

}  // namespace timing
