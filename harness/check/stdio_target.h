#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/secrets.h"
#include "harness/mcp/stdio.h"

namespace check {

/// What starts a target that speaks over standard input and output, and puts these secrets into
/// its environment. Variables of empty secrets are left out, also where we have such ourselves.
using Spawning = std::function<base::Result<wire::ProcessOptions>(const Secrets& secrets)>;

/// A target that is a process of ours: the one that the cases of a run share, and others that a
/// case starts for itself. Thread-safe but for `begin`.
class StdioTarget {
 public:
  StdioTarget(Spawning spawning, Secrets secrets, std::chrono::milliseconds start_timeout)
      : spawning_(std::move(spawning)),
        secrets_(std::move(secrets)),
        start_timeout_(start_timeout) {}

  /// Starts the shared process and greets it.
  mcp::Greeting begin(std::optional<mcp::Revision> only);
  /// One exchange with the shared process, which is started anew where it has ended.
  mcp::Answer exchange(std::string_view message, std::string_view id, base::Deadline deadline);
  /// Starts and greets a process with other secrets. What it writes is kept with the others'.
  mcp::StdioGreeting start(const Secrets& secrets, std::optional<mcp::Revision> only) const;
  /// Ends a process of `start` and keeps what it wrote.
  void finished(std::unique_ptr<mcp::StdioPeer> peer);

  /// Waits end early from now on. Safe to call from a signal's thread.
  void cancel() { cancelled_ = true; }

  /// Lines of standard output that were no JSON-RPC, of all processes so far.
  std::vector<std::string> garbage() const;
  /// What all processes so far wrote that nobody asked for: standard error, and what of standard
  /// output was no response. The last 256 KiB.
  std::string written() const;
  /// The tail of the shared process's standard error.
  std::string output() const;
  /// The command lines of the shared process and its children.
  std::vector<std::string> command_lines() const;

 private:
  void keep(const mcp::StdioPeer& peer);
  mcp::StartPeer starting(const Secrets& secrets) const;

  const Spawning spawning_;
  const Secrets secrets_;
  const std::chrono::milliseconds start_timeout_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<mcp::StdioPeer> peer_;
  mcp::Revision revision_ = mcp::kNewest;
  int restarts_ = 0;
  std::vector<std::string> garbage_;  ///< of processes that are gone
  std::string written_;
};

}  // namespace check
