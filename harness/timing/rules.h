#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace timing {

/// How a gate decides; docs/timing.md tells why. A server without any difference fails with a
/// probability of at most alpha_looks * alpha_confirmation / 2, whatever its noise.
struct Rules {
  std::int64_t floor_ns = 100;   ///< smaller differences fail nobody
  std::int64_t claim_ns = 1000;  ///< a pass says that no difference is larger than this or, ...
  double claim_share = 0.01;     ///< ... where that is more, this share of the response time
  double alpha_looks = 1e-3;
  double alpha_confirmation = 1e-3;
  std::array<std::size_t, 6> looks{250, 500, 1000, 2000, 4000, 8000};  ///< pairs at each look
  std::size_t fewest_pairs = 250;     ///< below them nothing is said
  std::size_t fewest_to_pass = 500;   ///< below them nothing passes, ...
  std::size_t enough_to_pass = 2000;  ///< ... and from them on it may before the last look
  std::size_t fewest_to_confirm = 500;
  double most_dropped = 0.01;  ///< share of pairs
  double most_ties = 0.20;     ///< share of pairs without any difference: the clock is too coarse
  std::chrono::milliseconds cap{2500};               ///< of all looks together
  std::chrono::milliseconds confirmation_cap{2500};  ///< of a confirmation, beyond that
  std::uint64_t seed = 0;                            ///< of all coins

  /// The level of one test in one direction at one look.
  double look_level() const;
  /// The level of one test in a confirmation.
  double confirmation_level() const;
};

}  // namespace timing
