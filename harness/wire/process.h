#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/socket.h"

namespace wire {

struct ProcessOptions {
  std::string command;                             ///< of a shell
  std::map<std::string, std::string> environment;  ///< over our own
  std::vector<std::string> without;                ///< variables of ours that it does not get
  /// Its standard input is ours to write and its standard output ours to read; only standard
  /// error is captured. Else there is nothing for it to read and both outputs are captured.
  bool talks = false;
};

/// A server that we started: a shell command in a process group of its own. Whatever it started in
/// turn is ended with it, also when this process is killed. Thread-safe, but for the conversation.
class Process {
 public:
  /// Without blocking; the error is the system's reason. The calling thread has to live as long as
  /// the process: the system ends the process with it.
  static base::Result<std::unique_ptr<Process>> start(const ProcessOptions& options);
  /// Ends it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// How it ended, once nothing of it runs any more: "exit code 1", "signal 11 (Segmentation
  /// fault)".
  std::optional<std::string> ended() const;
  /// Waits until it has ended or the deadline passes.
  std::optional<std::string> wait(base::Deadline deadline) const;
  /// The last 64 KiB of what was captured.
  std::string output() const;
  /// The last lines of the output on one line, for a message.
  std::string last_words() const;
  /// The command lines of all processes that belong to it, words set apart by blanks.
  std::vector<std::string> command_lines() const;
  /// Processor time that those processes have used. Zero where the system does not tell.
  std::chrono::milliseconds processor_time() const;
  /// SIGTERM to the whole group, SIGKILL to what is left after `grace`. Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds{2});

  // The conversation, for one thread at a time.
  /// Writes all of it to its standard input.
  base::IoStatus write(std::string_view bytes, base::Deadline deadline);
  /// Appends what its standard output has, at least one byte and at most 16 KiB.
  base::IoStatus read(std::string& more, base::Deadline deadline);
  /// The end of its standard input.
  void close_input();

 private:
  struct Impl;
  explicit Process(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wire
