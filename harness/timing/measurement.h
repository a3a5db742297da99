#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/timing/distribution.h"
#include "harness/timing/rules.h"
#include "harness/timing/statistics.h"

namespace timing {

/// What a number of pairs says, as numbers. Times in nanoseconds.
struct Measurement {
  std::size_t pairs = 0;
  std::int64_t median_ns = 0;      ///< median response time of decoys
  std::int64_t difference_ns = 0;  ///< median over pairs of near - decoy
  Interval interval;               ///< of that, 99 % over all looks that may pass
  std::int64_t bound_ns = 0;       ///< the end of the interval that is farther from zero
  std::int64_t mde_ns = 0;         ///< the least difference that is found in 99 of 100 gates
  std::int64_t floor_ns = 0;       ///< as in the rules
  std::int64_t claim_ns = 0;       ///< the bound that a pass needs
  std::size_t ties = 0;            ///< pairs without any difference
  Distributions distributions;     ///< to be drawn; `measure` leaves them to whoever ends it
};
Measurement measure(std::span<const Pair> pairs, const Rules& rules);

}  // namespace timing
