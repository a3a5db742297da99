#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/misbehaviour.h"

namespace idp {

/// A fault that somebody planted while the provider runs.
struct PlantedFault {
  std::string id;        ///< "fault-1"
  std::string issuer;    ///< name; empty: every issuer
  std::string endpoint;  ///< as the journal names it; "*": each
  Misbehaviour does;
  long long after = 0;             ///< so many requests are still answered truly
  std::optional<long long> times;  ///< so many are not; nothing: for ever
  std::uint64_t hits = 0;          ///< that were not so far
};

/// The faults that are planted, the oldest first; of those that fit a request the first one acts.
/// A thousand at most. Thread-safe, and where there is none nobody waits for anybody.
class Faults {
 public:
  /// Gives its id; empty where there are too many.
  std::string plant(PlantedFault fault);
  /// What is to be done with that request, which counts as one.
  std::optional<Misbehaviour> take(std::string_view issuer, std::string_view endpoint);
  std::vector<PlantedFault> list() const;
  /// False where there is none of that id.
  bool remove(std::string_view id);
  void clear();

 private:
  mutable std::mutex mutex_;
  std::vector<PlantedFault> planted_;
  std::atomic<std::size_t> count_{0};
  std::uint64_t last_ = 0;
};

}  // namespace idp
