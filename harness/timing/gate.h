#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/timing/measurement.h"
#include "harness/timing/rules.h"
#include "harness/timing/source.h"
#include "harness/timing/statistics.h"

namespace timing {

enum class Verdict { pass, fail, warn, inconclusive };
std::string_view name_of(Verdict verdict);

/// What a gate says about a server and two classes of requests.
struct Result {
  Verdict verdict = Verdict::inconclusive;
  Halt halt = Halt::none;  ///< `oracle`: the answers differ, which is a finding of its own
  std::string reason;      ///< what it says and why, in words; no full stop
  std::uint64_t seed = 0;

  /// Of the pairs that the verdict rests on: fresh ones where it is a fail, else those of the
  /// looks.
  Measurement measurement;
  Direction direction = Direction::slower;  ///< of near requests, where it is a fail or a warning
  double quantile = 0;  ///< of a fail: where the tail guard saw it; 0: the sign test, in the median
  std::int64_t at_quantile_ns = 0;  ///< near - decoy there

  std::size_t looked_at = 0;   ///< pairs of all looks
  std::size_t candidates = 0;  ///< looks that saw a difference; only a confirmed one fails
  std::size_t dropped = 0;     ///< pairs, confirmations included
};

/// Draws pairs look by look until the rules allow a verdict. A difference that a look sees is
/// measured once more, on a connection of its own with fresh tokens, and fails only if it is there
/// again in the same direction. Takes at most rules.cap and rules.confirmation_cap together, and
/// what the source needs beyond its deadlines.
Result gate(const OpenSource& open, const Rules& rules);

}  // namespace timing
