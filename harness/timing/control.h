#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/timing/measurement.h"
#include "harness/timing/source.h"

namespace timing {

/// What the A/A control says: whether this machine can tell that two equal classes are equal.
struct Control {
  bool sound = false;
  std::string reason;  ///< in words; no full stop
  std::uint64_t seed = 0;
  double p = 1;  ///< two-sided, of the sign test
  std::size_t dropped = 0;
  Halt halt = Halt::none;
  Measurement measurement;
};

/// Draws 2,000 pairs of which both members are decoys, before anything else is judged. Where the
/// sign test sees a difference (p < 1e-4), the rig is broken, and nothing that it measures means
/// anything.
Control control(const OpenSource& open_decoys, const Rules& rules);

}  // namespace timing
