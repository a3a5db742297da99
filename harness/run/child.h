#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace run {

/// A server that we started: a shell command in a process group of its own, standard input closed,
/// both outputs captured. Whatever it started in turn is ended with it, also when this process is
/// killed. Thread-safe.
class Child {
 public:
  /// `environment` is added to our own. Without blocking; the error is the system's reason. The
  /// calling thread has to live as long as the child: the system ends the child with it.
  static base::Result<std::unique_ptr<Child>> start(
      const std::string& command, const std::map<std::string, std::string>& environment);
  /// Ends it.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// How it ended, once nothing of it runs any more: "exit code 1", "signal 11 (Segmentation
  /// fault)".
  std::optional<std::string> ended() const;
  /// Waits until it has ended or the deadline passes.
  std::optional<std::string> wait(base::Deadline deadline) const;
  /// The last 64 KiB of what it wrote to its outputs.
  std::string output() const;
  /// The last lines of the output on one line, for a message.
  std::string last_words() const;
  /// SIGTERM to the whole group, SIGKILL to what is left after `grace`. Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds{2});

 private:
  struct Impl;
  explicit Child(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace run
