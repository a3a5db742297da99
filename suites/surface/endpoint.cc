// The endpoint without a message: GET, DELETE and other methods of HTTP; and live sessions.
#include <fmt/core.h>

#include <array>
#include <memory>
#include <utility>

#include "common/base/text.h"
#include "harness/check/family.h"
#include "harness/check/sessions.h"
#include "suites/surface/framed.h"
#include "suites/surface/rows.h"

namespace suites::surface {
namespace {

using check::Credential;
using check::Finding;
using check::Probe;

// GET.

Way to_stream(Probe& probe) {
  return {.name = "GET for the event stream",
          .send =
              [&probe](const Credential& credential) {
                return ask(probe, without_message(without_session(probe), "GET"), credential, "",
                           kForAStream);
              },
          .reported_by = "challenge.get-stream"};
}

/// Some servers open one stream per session, and take a while to see that one was left.
constexpr int kConflict = 409;

Way to_stream_of_session(Probe& probe, mcp::Framing session) {
  return {.name = "GET for the stream of a session",
          .send = [&probe, kept = std::make_shared<mcp::Framing>(std::move(session))](
                      const Credential& own) {
            const auto open = [&] {
              return ask(probe, without_message(*kept, "GET"), own, "", kForAStream);
            };
            mcp::Answer answer = open();
            if (answer.status() != kConflict) return answer;
            end(probe, *kept);
            if (auto fresh = begin_session(probe)) *kept = std::move(*fresh);
            return open();
          }};
}

Ways to_streams(Probe& probe) {
  Ways ways;
  ways.push_back(to_stream(probe));
  if (auto session = begin_session(probe)) {
    ways.push_back(to_stream_of_session(probe, std::move(*session)));
  }
  return ways;
}

// DELETE.

/// Whether that credential ends a session that valid ones began. One that lives on is used again.
Finding delete_with(Probe& probe, const Forged& forged, std::optional<mcp::Framing>& session) {
  if (!session) session = begin_session(probe);
  if (!session || !is_alive(probe, *session)) {
    return Finding::undecided("no session could be begun to end it");
  }
  const mcp::Answer answer =
      ask(probe, without_message(*session, "DELETE"), forged.credential, "", kForAnAnswer);
  const bool over = !is_alive(probe, *session);
  if (over) session.reset();
  const bool ended = over && answer.status() / 100 == 2;
  probe.decisive(answer.exchange, ended);
  if (!ended) return Finding::met(fmt::format("{}: {}", forged.label, answer.summary()));
  return let_in("DELETE of a session", {forged.label}, Got::result,
                answer.summary() + ", and the session is over");
}

Finding deletes_nothing(Probe& probe) {
  const Forgeries forgeries = rejected_by_control(probe, known_to_anyone(probe));
  if (forgeries.empty()) return Finding::skipped(kAcceptedAnywhere);
  Finding deleted =
      verified(probe,
               {.name = "DELETE without a session",
                .send =
                    [&probe](const Credential& credential) {
                      return ask(probe, without_message(without_session(probe), "DELETE"),
                                 credential, "", kForAnAnswer);
                    },
                .reported_by = "challenge.delete-session"},
               forgeries);
  auto session = begin_session(probe);
  if (!session) return deleted;
  std::vector<Finding> findings = {std::move(deleted)};
  for (const Forged& forged : forgeries) findings.push_back(delete_with(probe, forged, session));
  if (session) end(probe, *session);
  return check::worst(std::move(findings));
}

// Other methods.

/// The control's message by a method that is not for messages.
Way to_method(Probe& probe, const char* method) {
  return {.name = fmt::format("{} with a message", method),
          .send = [&probe, method](const Credential& credential) {
            const std::string id = std::to_string(probe.context().count_exchange());
            wire::Request request =
                mcp::frame(probe.context().framing(), mcp::Operation::list_tools(), id);
            request.method = method;
            return ask(probe, std::move(request), credential, id, kForAStream);
          }};
}

/// The head of what GET protects, by its type: an event stream, JSON, or a session.
bool tells_of_content(const mcp::Answer& answer) {
  if (answer.status() != 200) return false;
  const wire::Response& response = *answer.exchange.response;
  const std::string* type = response.header("Content-Type");
  const std::string media = type == nullptr ? "" : base::to_lower(*type);
  return media.starts_with("text/event-stream") || media.starts_with("application/json") ||
         response.header("Mcp-Session-Id") != nullptr;
}

mcp::Answer bodiless(Probe& probe, const char* method, const Credential& credential) {
  return ask(probe, without_message(probe.context().framing(), method), credential, "",
             kForAStream);
}

/// The same with a message, for servers that read one whatever the method is.
mcp::Answer head_with_message(Probe& probe, const Credential& credential) {
  wire::Request request = mcp::frame(probe.context().framing(), mcp::Operation::list_tools(), "0");
  request.method = "HEAD";
  return ask(probe, std::move(request), credential, "", kForAStream);
}

/// HEAD is answered without content, so only its head can be compared (RFC 9110, section 9.3.2).
/// What GET shows to everyone, such as a welcome page, HEAD may show as well.
Finding head_tells_nothing(Probe& probe, const Forgeries& forgeries) {
  const auto told = [&](const Credential& credential) {
    for (const bool message : {false, true}) {
      const mcp::Answer answer =
          message ? head_with_message(probe, credential) : bodiless(probe, "HEAD", credential);
      if (!tells_of_content(answer)) continue;
      probe.decisive(answer.exchange);
      return true;
    }
    return false;
  };
  if (!told(probe.good_credential())) {
    return Finding::skipped("HEAD: valid credentials get nothing");
  }
  std::vector<std::string> labels;
  for (const Forged& forged : forgeries) {
    if (!told(forged.credential)) continue;
    const int by_get = bodiless(probe, "GET", forged.credential).status();
    if (by_get == 401 || by_get == 403) labels.push_back(forged.label);
  }
  if (labels.empty()) return Finding::met("HEAD: rejected");
  return let_in("HEAD", labels, Got::acknowledgement, "200, where GET is rejected");
}

/// An empty 2xx is what preflights get, which carry no credentials by nature (Fetch, section 4.8).
Finding with_result_only(Finding finding) {
  const bool empty =
      finding.kind == Finding::Kind::broken && finding.impact != check::Impact::bypass;
  return empty ? Finding::met(finding.actual) : finding;
}

/// Most servers answer all of these with 405, whoever asks: that is as it has to be.
Finding other_methods(Probe& probe) {
  const Forgeries forgeries = rejected_by_control(probe, known_to_anyone(probe));
  if (forgeries.empty()) return Finding::skipped(kAcceptedAnywhere);
  std::vector<Finding> findings = {head_tells_nothing(probe, forgeries)};
  for (const char* method : {"OPTIONS", "PUT", "PATCH", "QUERY"}) {
    findings.push_back(with_result_only(verified(probe, to_method(probe, method), forgeries)));
  }
  std::vector<std::string> closed;
  for (const Finding& one : findings) {
    if (one.kind == Finding::Kind::skipped) closed.push_back(one.reason);
  }
  if (closed.size() == findings.size()) return Finding::met(base::join(closed, "; "));
  return check::worst(std::move(findings));
}

// A live session.

/// What a client does in a session, with credentials that did not begin it.
Ways in_live_session(Probe& probe, const mcp::Framing& session) {
  Ways ways;
  const auto add = [&](mcp::Operation operation) {
    ways.push_back({.name = operation.method + " in a live session",
                    .send = [&probe, session, operation](const Credential& credential) {
                      return ask(probe, session, operation, credential);
                    }});
  };
  add(mcp::Operation::list_tools());
  const auto& own = probe.target().profile.operation;
  if (own && own->method == "tools/call") add(*own);
  add({.method = "ping"});
  return ways;
}

Finding verified_in_session(Probe& probe) {
  const auto session = begin_session(probe);
  if (!session) return Finding::skipped("the server keeps no sessions");
  Finding finding = verified(probe, in_live_session(probe, *session), presented_by_anyone(probe));
  end(probe, *session);
  return finding;
}

check::Body judged(Finding (*body)(Probe&)) {
  return [body](Probe& probe) {
    if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
    return body(probe);
  };
}

const check::Suite kEndpointCases{
    "surface", check::modes::protected_http(),
    cases_on_ways({
        {.id = "get-stream",
         .title = "Rejects invalid credentials on GET for the event stream with 401",
         .sends = "GET of the endpoint with Accept: text/event-stream and invalid credentials, "
                  "without a session and in one that valid credentials began.",
         .ways = to_streams,
         .faults = {"credential.get-unverified"}},
        {.id = "delete",
         .title = "Rejects invalid credentials on DELETE with 401",
         .sends = "DELETE of the endpoint with invalid credentials, without a session and in one "
                  "that valid credentials began.",
         .faults = {"credential.delete-unverified"},
         .body = judged(deletes_nothing)},
        {.id = "other-methods",
         .title = "Serves no HEAD, OPTIONS, PUT, PATCH or QUERY with invalid credentials",
         .sends =
             "HEAD of the endpoint, and tools/list as the body of OPTIONS, PUT, PATCH, GET and "
             "QUERY, with invalid credentials.",
         .faults = {"credential.head-unverified", "credential.put-unverified"},
         .body = judged(other_methods)},
        {.id = "session",
         .title = "Rejects invalid credentials in a live session with 401",
         .sends =
             "tools/list and ping with invalid credentials in a session that valid ones began, "
             "at a revision that has sessions.",
         .faults = {"credential.session-unverified"},
         .body = judged(verified_in_session)},
    })};

}  // namespace
}  // namespace suites::surface
