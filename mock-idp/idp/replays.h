#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace idp {

/// Remembers what may be used once only: the `jti` of proofs and assertions. Bounded: the oldest
/// are forgotten first. Thread-safe.
class Replays {
 public:
  explicit Replays(const base::Clock& clock) : clock_(clock) {}
  /// Whether `id` of `owner` comes for the first time; it is remembered until then.
  bool is_first(std::string_view owner, std::string_view id, base::Time until);
  void clear();

 private:
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, base::Time> seen_;  ///< by hash, so that no entry is large
  std::deque<std::string> order_;
};

}  // namespace idp
