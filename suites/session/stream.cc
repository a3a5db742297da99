// The stream of a session, opened by GET, is its user's.
#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "common/base/text.h"
#include "harness/check/patience.h"
#include "harness/check/second_caller.h"
#include "harness/check/sessions.h"
#include "harness/wire/sse.h"
#include "suites/session/live.h"

namespace suites::session {
namespace {

using check::Credential;
using check::Finding;
using check::Level;
using check::Probe;
using std::chrono::milliseconds;

/// How long an event with an id is waited for; servers that have none send nothing at all.
constexpr milliseconds kForAnEvent{1'000};
/// Some servers allow one stream per session, and take a while to see that one was left.
constexpr int kConflict = 409;
constexpr int kTries = 10;
constexpr milliseconds kBetweenTries{200};

bool is_open(const wire::Exchange& exchange) {
  const std::string* type =
      exchange.status() == 200 ? exchange.response->header("Content-Type") : nullptr;
  return type != nullptr && base::to_lower(*type).starts_with("text/event-stream");
}

/// The id of the last event that has one; empty where there is none.
std::string last_event_id(const wire::Response& response) {
  std::string id;
  for (const wire::Event& event : wire::parse_events(response.body)) {
    if (!event.id.empty()) id = event.id;
  }
  return id;
}

struct Opening {
  const Credential& credential;
  std::string session;
  std::string resume_after = {};  ///< Last-Event-ID
  bool for_event = false;         ///< read on until there is an event with an id
};

wire::Exchange open_once(Probe& probe, const Opening& opening) {
  wire::Request request{.target = probe.target().url.target()};
  request.headers = {{"Accept", "text/event-stream"}};
  const std::string& version = probe.target().greeting.protocol_version;
  if (!version.empty()) request.headers.push_back({"MCP-Protocol-Version", version});
  for (const auto& field : opening.credential.headers) request.headers.push_back(field);
  if (!opening.resume_after.empty()) {
    request.headers.push_back({"Last-Event-ID", opening.resume_after});
  }
  check::in_session(opening.session)(request);
  check::Context& context = probe.context();
  context.count_exchange();
  const auto deadline =
      opening.for_event
          ? base::Deadline::earlier(base::Deadline::after(kForAnEvent), probe.deadline())
          : probe.deadline();
  wire::Connection connection = context.connect();
  return context.exchange(connection, request, deadline, [&](const wire::Response& response) {
    return !opening.for_event || !last_event_id(response).empty();
  });
}

wire::Exchange open(Probe& probe, const Opening& opening) {
  wire::Exchange exchange = check::with_patience(probe, [&] { return open_once(probe, opening); });
  for (int i = 0; i < kTries && exchange.status() == kConflict; ++i) {
    if (!probe.wait(kBetweenTries, "the server still holds a stream that was left")) break;
    exchange = open_once(probe, opening);
  }
  return exchange;
}

Finding opened_by_other(Probe& probe, const Live& live, const Credential& other) {
  const wire::Exchange own = open(probe, {live.credential, live.id, {}, /*for_event=*/true});
  if (!is_open(own)) {
    return Finding::skipped(
        fmt::format("the server has no stream to open for a session: GET got {}", own.status()));
  }
  const std::string event = last_event_id(*own.response);
  std::vector<Opening> attempts = {{other, live.id}};
  if (!event.empty()) attempts.push_back({other, live.id, event});
  std::string actual;
  for (const Opening& attempt : attempts) {
    const wire::Exchange exchange = open(probe, attempt);
    const bool resumes = !attempt.resume_after.empty();
    actual +=
        fmt::format("{}{}: {}", actual.empty() ? "" : "; ",
                    resumes ? "with Last-Event-ID" : "GET by another user", exchange.status());
    probe.decisive(exchange, is_open(exchange));
    if (is_open(exchange)) {
      Finding finding = Finding::broken(
          "refused", actual, "what the server sends to a session's user goes to another one");
      finding.outcome = check::Outcome::accepted;
      return finding;
    }
  }
  if (!is_open(open(probe, {live.credential, live.id}))) {
    return Finding::undecided("the stream was refused to the session's own user just after");
  }
  return Finding::met(actual);
}

const check::Suite kStreamCases{
    "session",
    check::with_second_caller(),
    {{.id = "stream-resume-by-other",
      .title = "the stream of a session is neither opened nor resumed by another user",
      .sends = "GET for one user's session with good credentials of another, also with the "
               "Last-Event-ID of an event that the first one got.",
      .level = Level::bcp,
      .attacker = check::Attacker::token_holder,
      .references = {{"MCP best practices", "session-hijacking"},
                     {"MCP transports", "resumability-and-redelivery"}},
      .requirements = {"REF-SES-2"},
      .needs = {.until = mcp::Revision::r2025_11_25},
      .faults = {"session.resume-by-other", "session.foreign-ok"},
      .why = "Answers and requests of the server to one user are read by another.",
      .fix = "Look a session up by its id and the user of the token, for GET too, and events by "
             "the session that they were sent to.",
      .run = about_other(opened_by_other)}}};

}  // namespace
}  // namespace suites::session
