// Streams that were opened with a token, and stay open.
#include <fmt/core.h>

#include <atomic>
#include <thread>

#include "common/base/text.h"
#include "harness/check/sessions.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

using check::Finding;
using check::Level;
using check::Probe;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kTokenLife{4};
/// How long a stream is watched after its token has ended.
constexpr seconds kWatched{6};
/// Where the clock is moved: how long the server has to see it.
constexpr milliseconds kToNotice{1'500};

/// What came of a stream that was opened with a token of a few seconds.
struct Watched {
  bool opened = false;
  bool closed = false;
  double past_end_s = 0;  ///< when it was closed, or no longer watched
  int status = 0;
};

wire::Request opening(Probe& probe, const check::Credential& credential,
                      const std::string& session) {
  wire::Request request{.target = probe.target().url.target()};
  request.headers = {{"Accept", "text/event-stream"}};
  const std::string& version = probe.target().greeting.protocol_version;
  if (!version.empty()) request.headers.push_back({"MCP-Protocol-Version", version});
  for (const auto& field : credential.headers) request.headers.push_back(field);
  check::in_session(session)(request);
  return request;
}

bool is_stream(const wire::Response& response) {
  const std::string* type = response.header("Content-Type");
  return response.status == 200 && type != nullptr &&
         base::to_lower(*type).starts_with("text/event-stream");
}

/// Reads the stream until it ends; meanwhile somebody else lets the token's time pass.
Watched watch(Probe& probe, const wire::Request& request, base::Time end) {
  check::Context& context = probe.context();
  const bool moves_clock = context.options().shared_clock != nullptr;
  const milliseconds span = kTokenLife + kWatched;
  const auto deadline = base::Deadline::after(moves_clock ? kToNotice : span);
  Watched watched;
  std::thread time;
  const auto once_open = [&](const wire::Response& response) {
    if (!is_stream(response)) return true;
    if (!time.joinable()) {
      watched.opened = true;
      time =
          std::thread([&] { context.wait(span, "for a token to run out under an open stream"); });
    }
    return context.cancelled();
  };
  wire::Connection connection = context.connect();
  const wire::Exchange exchange = context.exchange(connection, request, deadline, once_open);
  const base::Time now = context.provider().clock().now();
  if (time.joinable()) time.join();
  watched.status = exchange.status();
  watched.closed = watched.opened && exchange.failure != wire::Failure::timeout;
  watched.past_end_s = std::chrono::duration<double>(now - end).count();
  return watched;
}

Finding mid_stream(Probe& probe) {
  if (probe.target().greeting.session_id.empty()) {
    return Finding::skipped("the server keeps no sessions");
  }
  const check::Credential good = probe.good_credential();
  const std::string session = check::begin_session(probe, good).session_id;
  jose::Recipe token = probe.good().expiring_in(kTokenLife);
  const base::Time end = probe.context().provider().clock().now() + kTokenLife;
  const wire::Request request = opening(probe, probe.carry(probe.mint(token)), session);
  const Watched watched = watch(probe, request, end);
  check::end_session(probe, good, session);
  if (probe.context().cancelled()) return Finding::undecided("the run was ended");
  if (!watched.opened) {
    return Finding::skipped(
        fmt::format("the server has no stream to open for a session: GET got {}", watched.status));
  }
  if (!watched.closed) {
    probe.note("stream_after_token_end",
               fmt::format(R"("open for {} s at least")", kWatched.count()));
    return Finding::met("the stream stays open when its token has ended");
  }
  const bool before = watched.past_end_s < -1;
  probe.note("stream_after_token_end", before ? std::string(R"("closed before that")")
                                              : fmt::format(R"("closed within {:.0f} s")",
                                                            std::max(1.0, watched.past_end_s)));
  return Finding::met(before ? "the stream is closed before its token ends"
                             : "the stream is closed when its token ends");
}

const check::Suite kStreamCases{
    "claims",
    check::modes::claims(),
    {{.id = "expiry-mid-stream",
      .title = "how long an open stream outlives its token",
      .sends =
          "GET for a session's stream with a token of four seconds, which is watched until ten "
          "have passed.",
      .level = Level::observe,
      .attacker = check::Attacker::token_holder,
      .references = {{"MCP", "token-handling"}, {"MCP transports", "listening-for-messages"}},
      .needs = {.until = mcp::Revision::r2025_11_25, .issuer = true, .waits = true},
      .faults = {"session.stream-outlives-token"},
      .why = "Whoever's access ends goes on reading what the server sends, as long as the stream "
             "stays open.",
      .fix = "Close a stream when its token ends; clients come back with a new one.",
      .run = mid_stream}}};

}  // namespace
}  // namespace suites::claims
