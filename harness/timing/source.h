#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "harness/timing/pair.h"

namespace timing {

/// Why a source gave fewer pairs than it was asked for.
enum class Halt {
  none,          ///< it gave all of them
  deadline,      ///< time was up
  rate_limited,  ///< the server answered 429
  oracle,        ///< the two classes get different answers: no clock is needed to tell them apart
  changed,       ///< the answers to one class changed: a lockout, an outage
  lost,          ///< the server could not be reached any more
};

/// What became of one attempt to draw pairs.
struct Draw {
  Halt halt = Halt::none;
  std::size_t dropped = 0;  ///< whole pairs, lost with their connection or to a timeout
  std::string reason;       ///< in words, where it halted for anything but the deadline
};

/// Where pairs come from: a server, or a simulation of one.
class Source {
 public:
  virtual ~Source() = default;
  /// Appends up to `count` pairs. Whether it stops earlier may never depend on the times of a
  /// class, or the tests lose their guarantee.
  virtual Draw draw(std::size_t count, base::Deadline deadline, std::vector<Pair>& pairs) = 0;
};

/// Opens a fresh connection with fresh tokens of both classes; the seed is that of its coins.
using OpenSource = std::function<base::Result<std::unique_ptr<Source>>(std::uint64_t seed)>;

}  // namespace timing
