#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "common/base/clock.h"
#include "harness/wire/exchange.h"

namespace check {

/// Whether an exchange may have failed on the way: 5xx, a connection that broke, or no answer.
bool may_be_stray(const wire::Exchange& exchange);
/// "503", "reset", "no answer in time".
std::string kind_of_failure(const wire::Exchange& exchange);

/// How often a request may be repeated whose answer may be stray.
enum class Repeat {
  yes,
  /// Only where the connection broke: an issuer that fails on purpose explains 5xx and silence.
  broken_connections,
  never,
};

/// Tells failures of the server from those of the way to it, such as a balancer with one sick
/// server behind it: a failure that a fresh connection does not repeat is stray, and is counted
/// instead of being judged. Knows as well when this process itself was late. Thread-safe.
class Steadiness {
 public:
  /// Sends until that deadline; on a new connection if `fresh`.
  using Send = std::function<wire::Exchange(base::Deadline deadline, bool fresh)>;
  /// Waits for a moment; false if the run is being ended.
  using Pause = std::function<bool(std::chrono::milliseconds)>;

  /// The first answer that is not stray, else the last one. `usual` is how long requests of the run
  /// wait; where a caller waits longer, silence is not repeated.
  wire::Exchange steadily(const Send& send, const Pause& pause, base::Deadline deadline,
                          std::chrono::milliseconds usual, Repeat repeat);
  /// Counts a failure that was found to be stray by other means.
  void note_stray(const wire::Exchange& exchange);

  std::size_t strays() const;
  std::map<std::string, std::size_t> kinds() const;

  /// Called every few milliseconds; a long pause between two calls means that this process, and so
  /// its identity provider, was late.
  void tick(std::int64_t now_us);
  bool was_late_since(std::int64_t sent_us) const { return late_until_us_ > sent_us; }

 private:
  int repeats_for(const wire::Exchange& exchange, Repeat repeat) const;
  void note_answer(const wire::Exchange& exchange);

  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> kinds_;
  std::atomic<std::size_t> strays_{0};
  std::atomic<std::size_t> silent_{0};     ///< strays that never came
  std::atomic<int> lost_in_a_row_{0};      ///< failures that were repeated without success
  std::atomic<std::int64_t> usual_us_{0};  ///< that answers take, as a moving average
  std::atomic<std::int64_t> last_tick_us_{0};
  std::atomic<std::int64_t> late_until_us_{0};
};

}  // namespace check
