#pragma once

#include <cstdint>
#include <vector>

namespace timing {

/// Nanoseconds of a clock that nobody adjusts (CLOCK_MONOTONIC_RAW).
std::int64_t raw_ns();

/// How finely a clock counts, in nanoseconds and give or take one, seen from successive readings of
/// it: the least by which two of its steps differ. How long a step is says how fast it was read,
/// which may be slower than it counts (in a virtual machine, under a sanitizer, on a busy
/// processor).
std::int64_t resolution_ns(const std::vector<std::int64_t>& readings);

/// How finely raw_ns() counts on this machine.
std::int64_t clock_resolution_ns();

}  // namespace timing
