#pragma once

#include <cstdint>

namespace timing {

/// How long a server took to answer one request of each class. Both were sent one right after the
/// other, and a fair coin said which came first.
struct Pair {
  std::int64_t decoy_ns = 0;  ///< the request that has nothing in common with the secret
  std::int64_t near_ns = 0;   ///< the request that agrees with the secret in all but its end

  std::int64_t difference() const { return near_ns - decoy_ns; }
};

}  // namespace timing
