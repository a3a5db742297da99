#include "harness/timing/distribution.h"

#include <algorithm>
#include <vector>

#include "harness/timing/statistics.h"

namespace timing {
namespace {

/// Beyond these there are a few times only, the slowest of them far away: a busy machine's.
constexpr double kFastest = 0.005;
constexpr double kSlowest = 0.97;

Distribution over_bins(std::span<const std::int64_t> sorted, const Distributions& frame) {
  Distribution distribution;
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    distribution.quantiles_ns[i] = quantile(sorted, kQuantiles[i]);
  }
  for (const std::int64_t time : sorted) {
    const std::int64_t bin = (time - frame.from_ns) / frame.bin_ns;
    if (time < frame.from_ns) {
      ++distribution.below;
    } else if (bin >= static_cast<std::int64_t>(kBins)) {
      ++distribution.above;
    } else {
      ++distribution.counts[static_cast<std::size_t>(bin)];
    }
  }
  return distribution;
}

}  // namespace

Distributions distributions_of(std::span<const Pair> pairs) {
  const auto decoys = sorted_times(pairs, &Pair::decoy_ns);
  const auto nears = sorted_times(pairs, &Pair::near_ns);
  const auto from = std::min(quantile(decoys, kFastest), quantile(nears, kFastest));
  const auto to = std::max(quantile(decoys, kSlowest), quantile(nears, kSlowest));
  Distributions both;
  both.from_ns = from;
  both.bin_ns = (to - from) / static_cast<std::int64_t>(kBins) + 1;
  both.decoy = over_bins(decoys, both);
  both.near = over_bins(nears, both);
  return both;
}

}  // namespace timing
