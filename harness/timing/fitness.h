#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "harness/timing/measurement.h"
#include "harness/timing/rules.h"
#include "harness/timing/source.h"

namespace timing {

/// Pairs that were tried, and those of them that were lost.
struct Losses {
  std::size_t dropped = 0;
  std::size_t attempted = 0;
};

/// Why a source could not give what was asked for, unless its time was just up.
std::optional<std::string> why_halted(const Draw& draw);
/// Why nothing can be said from these pairs, in words: there are too few, too many were lost, or
/// the clock is too coarse. The error of the measurement is none of these.
std::optional<std::string> why_unfit(const Measurement& measured, const Losses& losses,
                                     const Rules& rules);

std::string too_few_pairs(std::size_t pairs, std::size_t needed);
/// The interval is wider than what a pass would have to claim.
std::string too_wide(const Measurement& measured);
/// A difference was seen, and then `reason` came between.
std::string unconfirmed(const std::string& reason);

}  // namespace timing
