#include "harness/mcp/stdio.h"

namespace mcp {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGreetingSlice{100};

/// One attempt to come to terms with a server that is started for it.
class Host {
 public:
  Host(const StartPeer& start, bool must_answer, milliseconds timeout)
      : start_(start),
        deadline_(base::Deadline::after(timeout)),
        patience_(must_answer ? timeout : timeout / 2) {}

  Answer send(const wire::Request& request, std::string_view id) {
    if (peer_ == nullptr) {
      auto started = start_();
      if (!started) return not_started(started.error().message);
      peer_ = std::move(*started);
    }
    const bool first = !asked_;
    asked_ = true;
    const auto deadline =
        first ? base::Deadline::earlier(deadline_, base::Deadline::after(patience_)) : deadline_;
    Answer answer = peer_->exchange(request.body, id, deadline);
    if (answer.kind != Kind::none || !first) return answer;
    // Silence is an answer as well: this is a server of an older revision.
    if (answer.exchange.failure == wire::Failure::timeout) {
      answer.exchange.failure = wire::Failure::closed;
    } else {
      last_peer_ = std::move(peer_);
    }
    return answer;
  }

  std::unique_ptr<StdioPeer> peer() {
    return peer_ != nullptr ? std::move(peer_) : std::move(last_peer_);
  }

 private:
  static Answer not_started(const std::string& why) {
    Answer answer;
    answer.exchange.failure = wire::Failure::unreachable;
    answer.exchange.failure_text = why;
    return answer;
  }

  const StartPeer& start_;
  const base::Deadline deadline_;
  const milliseconds patience_;
  bool asked_ = false;
  std::unique_ptr<StdioPeer> peer_;
  std::unique_ptr<StdioPeer> last_peer_;  ///< one that did not survive the first question
};

}  // namespace

StdioGreeting greet_stdio(const StartPeer& start, std::optional<Revision> only,
                          milliseconds timeout) {
  const bool modern_only = only && era_of(*only) == Era::modern;
  Host host(start, modern_only, timeout);
  StdioGreeting met;
  met.greeting = greet(
      [&](const wire::Request& request, std::string_view id) { return host.send(request, id); }, "",
      only);
  const Answer& last = met.greeting.last;
  if (!met.greeting.problem.empty() && last.kind == Kind::none) {
    met.greeting.problem = last.exchange.failure_text;
  }
  met.peer = host.peer();
  return met;
}

bool speaks_stdio(const wire::ProcessOptions& options, milliseconds timeout,
                  const std::function<bool()>& stop) {
  const std::string id = "\"speaks-stdio\"";
  const wire::Request greetings[] = {
      frame({.target = ""}, {.method = "server/discover"}, id),
      frame_initialize({.target = "", .revision = Revision::r2025_11_25}, id)};
  for (const wire::Request& greeting : greetings) {
    auto peer = StdioPeer::start(options);
    if (!peer) return false;
    const auto deadline = base::Deadline::after(timeout / 2);
    std::string message = greeting.body;
    while (!deadline.passed() && !stop()) {
      const auto slice = base::Deadline::earlier(deadline, base::Deadline::after(kGreetingSlice));
      const Answer answer = (*peer)->exchange(message, id, slice);
      // Any JSON-RPC response will do, an error as well: nothing else speaks it.
      if (answer.kind != Kind::none) return true;
      if (answer.exchange.failure != wire::Failure::timeout) break;
      message.clear();
    }
  }
  return false;
}

}  // namespace mcp
