// The endpoint without a message: GET, DELETE and other methods of HTTP; and live sessions.
#include <fmt/core.h>

#include <array>
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

/// In a new session each time: some servers open one stream per session.
Way to_stream_of_session(Probe& probe) {
  return {.name = "GET for the stream of a session", .send = [&probe](const Credential& own) {
            const auto session = begin_session(probe);
            if (!session) return mcp::Answer{};
            mcp::Answer answer = ask(probe, without_message(*session, "GET"), own, "", kForAStream);
            end(probe, *session);
            return answer;
          }};
}

Ways to_streams(Probe& probe) {
  Ways ways;
  ways.push_back(to_stream(probe));
  const auto session = begin_session(probe);
  if (!session) return ways;
  end(probe, *session);
  ways.push_back(to_stream_of_session(probe));
  return ways;
}

// DELETE.

/// Whether that credential ends a session that valid ones began.
Finding delete_with(Probe& probe, const Forged& forged) {
  const auto session = begin_session(probe);
  if (!session || !is_alive(probe, *session)) {
    return Finding::undecided("no session could be begun to end it");
  }
  const mcp::Answer answer =
      ask(probe, without_message(*session, "DELETE"), forged.credential, "", kForAnAnswer);
  const bool alive = is_alive(probe, *session);
  if (alive) end(probe, *session);
  const bool ended = answer.status() / 100 == 2 && !alive;
  probe.decisive(answer.exchange, ended);
  if (!ended) return Finding::met(fmt::format("{}: {}", forged.label, answer.summary()));
  return let_in("DELETE of a session", {forged.label}, Got::result,
                answer.summary() + ", and the session is over");
}

Finding deletes_nothing(Probe& probe) {
  const Forgeries forgeries = known_to_anyone(probe);
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
  const auto session = begin_session(probe);
  if (!session) return deleted;
  end(probe, *session);
  std::vector<Finding> findings = {std::move(deleted)};
  for (const Forged& forged : forgeries) findings.push_back(delete_with(probe, forged));
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

/// tools/list has a result. An answer without one, such as 204 to any OPTIONS, says nothing about
/// the message: it was not read.
Finding verified_where_read(Probe& probe, const char* method, const Forgeries& forgeries) {
  const Way way = to_method(probe, method);
  const mcp::Answer valid = way.send(probe.good_credential());
  if (valid.result.empty()) {
    return Finding::skipped(fmt::format("{}: no result ({})", way.name, valid.summary()));
  }
  return verified(probe, way, forgeries);
}

/// Most servers answer all of these with 405, whoever asks: that is as it has to be.
Finding other_methods(Probe& probe) {
  const Forgeries forgeries = known_to_anyone(probe);
  std::vector<Finding> findings = {head_tells_nothing(probe, forgeries)};
  for (const char* method : {"OPTIONS", "PUT", "PATCH", "QUERY"}) {
    findings.push_back(verified_where_read(probe, method, forgeries));
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
