#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/result.h"

namespace reports {

/// A class of requests, as often as it was answered in the time of each bin.
struct Times {
  std::string label;
  std::int64_t median_ns = 0;
  std::vector<std::uint32_t> counts;
};

/// One comparison of response times, as suite timing noted it.
struct TimingFact {
  std::string name;  ///< of the case, without its suite; "control"
  std::string verdict;
  std::string words;  ///< the numbers
  std::int64_t from_ns = 0;
  std::int64_t bin_ns = 0;
  Times decoy;
  Times near;
};

/// Whether an observation of that name is one of them.
bool is_timing(std::string_view name);
/// Nothing where the text is not what suite timing writes.
std::optional<TimingFact> read_timing(const check::Observation& observation);
/// `124 ns`, `31.4 us`, `2.05 ms`.
std::string nanoseconds_text(std::int64_t ns);

/// A section with both distributions of each comparison; empty if there was none.
std::string html_timing(const check::RunResult& result);

}  // namespace reports
