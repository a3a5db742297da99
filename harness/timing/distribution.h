#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/timing/pair.h"

namespace timing {

/// The quantiles that a distribution is told by.
inline constexpr std::array<double, 9> kQuantiles{0.01, 0.05, 0.10, 0.25, 0.50,
                                                  0.75, 0.90, 0.95, 0.99};
inline constexpr std::size_t kBins = 60;

/// The times of one class, in a bounded number of numbers.
struct Distribution {
  std::array<std::int64_t, kQuantiles.size()> quantiles_ns{};  ///< as in kQuantiles
  std::array<std::uint32_t, kBins> counts{};                   ///< of the bins
  std::uint32_t below = 0;                                     ///< faster than the first bin
  std::uint32_t above = 0;                                     ///< slower than the last one
};

/// Both classes over the same bins, which hold all but the few fastest and slowest of either.
struct Distributions {
  std::int64_t from_ns = 0;  ///< where the first bin begins
  std::int64_t bin_ns = 0;   ///< how wide each is
  Distribution decoy;
  Distribution near;
};
Distributions distributions_of(std::span<const Pair> pairs);

}  // namespace timing
