#pragma once

#include <csignal>

namespace cli {

/// Holds SIGINT and SIGTERM back, for this thread and those that it starts, until `wait` takes
/// one: whoever reads our first line may send a signal at once, and it must not find us without
/// an answer to it.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  /// Blocks until one arrives. Both are let through again afterwards, so a second one ends the
  /// process at once.
  void wait();

 private:
  sigset_t before_{};
};

}  // namespace cli
