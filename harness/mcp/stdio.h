#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/mcp/greeting.h"
#include "harness/wire/process.h"

namespace mcp {

/// The `url` of exchanges over standard input and output.
inline constexpr std::string_view kStdioUrl = "stdio:";

/// A conversation with an MCP server that we started, over its standard input and output: one
/// JSON-RPC message per line (MCP 2025-11-25 transports, "stdio"). Thread-safe: one exchange at a
/// time.
class StdioPeer {
 public:
  /// Starts the command; `talks` need not be set.
  /// Once `stop` says so, nothing is waited for any longer.
  static base::Result<std::unique_ptr<StdioPeer>> start(wire::ProcessOptions options,
                                                        std::function<bool()> stop = {});

  /// Sends one message and waits for the response to `id`, a JSON value; to a notification, which
  /// has an empty `id`, for nothing. An empty message sends nothing and waits on. In the exchange
  /// the message is the request's body, the line with the response the body of a response of status
  /// 0. Where none came, the failure says why in a sentence: the server ended, closed its output,
  /// wrote only what is no JSON-RPC, or nothing at all.
  Answer exchange(std::string_view message, std::string_view id, base::Deadline deadline);

  /// Closes the server's standard input and waits for it to end: how it did, or nothing.
  std::optional<std::string> finish(base::Deadline deadline);

  /// The first lines of standard output that were no JSON-RPC messages, cut to a readable length.
  std::vector<std::string> garbage() const;
  /// All that it wrote to its standard output besides responses: what we did not ask for. The
  /// first 64 KiB.
  std::string stray_output() const;
  wire::Process& process() { return *process_; }
  const wire::Process& process() const { return *process_; }

 private:
  StdioPeer(std::unique_ptr<wire::Process> process, std::function<bool()> stop)
      : process_(std::move(process)), stop_(std::move(stop)) {}
  base::IoStatus read(base::Deadline deadline);
  /// Reads until the response is there; the failure and its sentence go to the exchange.
  void await(wire::Exchange& exchange, std::string_view id, base::Deadline deadline);
  bool take_line(const std::string& line, std::string_view id, wire::Exchange& exchange);
  void answer_request(const nlohmann::json& request);
  void note_garbage(const std::string& line);
  void fail(wire::Exchange& exchange, base::IoStatus status, std::string_view waited);

  std::unique_ptr<wire::Process> process_;
  const std::function<bool()> stop_;
  mutable std::mutex mutex_;  ///< of everything below
  std::string buffer_;        ///< what was read and is no whole line yet
  std::vector<std::string> garbage_;
  std::string stray_;
};

using StartPeer = std::function<base::Result<std::unique_ptr<StdioPeer>>()>;

/// A server that was started and greeted. There is a peer wherever one could be started.
struct StdioGreeting {
  Greeting greeting;
  std::unique_ptr<StdioPeer> peer;
};

/// Starts a server and comes to terms with it within `timeout`: `server/discover` first, then
/// `initialize`. A server that does not survive the first question is started again for the
/// second, for servers from before 2026-07-28 owe no answer to a request that comes before
/// `initialize` (2026-07-28 stdio, "Backward Compatibility"). With `only`, that revision alone.
StdioGreeting greet_stdio(const StartPeer& start, std::optional<Revision> only,
                          std::chrono::milliseconds timeout);

/// Whether a command is an MCP server over standard input and output: it answers one of both
/// greetings with a JSON-RPC message within `timeout`. Ends early, with false, once `stop` says so.
bool speaks_stdio(const wire::ProcessOptions& options, std::chrono::milliseconds timeout,
                  const std::function<bool()>& stop);

}  // namespace mcp
