// Valid credentials outside of their header field, by GET and DELETE: a middleware that reads POST
// requests strictly may still read these from the URL, as EventSource in browsers needs it.
#include <fmt/core.h>

#include <functional>
#include <utility>

#include "harness/check/fixed_secret.h"
#include "suites/surface/framed.h"

namespace suites::surface {
namespace {

using check::Attacker;
using check::Finding;
using check::Level;
using check::Probe;

/// A valid credential where none belongs.
struct Misplaced {
  std::string label;
  check::Credential credential;
  std::function<void(wire::Request&)> edit;
};
using MakeMisplaced = std::vector<Misplaced> (*)(Probe&);

std::vector<Misplaced> in_query_string(Probe& probe) {
  return {{"in the query", check::nothing(), check::secret_in_query(probe).edit}};
}

std::vector<Misplaced> in_a_form(Probe& probe) {
  return {{"in a form", check::nothing(), check::secret_in_form(probe).edit}};
}

std::vector<Misplaced> in_cookie_fields(Probe& probe) {
  std::vector<Misplaced> list;
  for (check::Named& one : check::secret_in_cookies(probe)) {
    list.push_back({one.label, std::move(one.attempt.credential), nullptr});
  }
  return list;
}

/// Whether a message is accepted with the credential there: the case on that place reports it.
bool accepted_with_a_message(Probe& probe, const Misplaced& misplaced) {
  wire::Request request = mcp::frame(probe.context().framing(), mcp::Operation::list_tools(), "1");
  if (misplaced.edit) misplaced.edit(request);
  return ask(probe, std::move(request), misplaced.credential, "1", kForAnAnswer).kind ==
         mcp::Kind::result;
}

mcp::Answer ask_misplaced(Probe& probe, const mcp::Framing& framing, const char* method,
                          const Misplaced& misplaced) {
  wire::Request request = without_message(framing, method);
  if (misplaced.edit) misplaced.edit(request);
  return ask(probe, std::move(request), misplaced.credential, "", kForAStream);
}

mcp::Framing some_framing(Probe& probe) {
  return begin_session(probe).value_or(without_session(probe));
}

void end_if_any(Probe& probe, const mcp::Framing& framing) {
  if (!framing.session_id.empty()) end(probe, framing);
}

Finding accepted_misplaced(Probe& probe, const char* method, const Misplaced& misplaced,
                           const mcp::Answer& answer) {
  probe.decisive(answer.exchange, true);
  const std::string got =
      opens_stream(answer) ? "200, and the event stream is open" : answer.summary();
  Finding finding = Finding::broken(
      "401", fmt::format("{} with the credential {}: {}", method, misplaced.label, got),
      fmt::format("{} accepts the credential {}", method, misplaced.label));
  finding.outcome = check::Outcome::accepted;
  finding.impact = check::Impact::laxity;
  finding.cause = fmt::format("{} accepts a credential {}", method, misplaced.label);
  return finding;
}

/// GET with the credential there. Nothing where valid credentials open no stream either.
std::optional<Finding> by_get(Probe& probe, const Misplaced& misplaced) {
  const mcp::Framing valid_framing = some_framing(probe);
  const mcp::Answer valid =
      ask(probe, without_message(valid_framing, "GET"), probe.good_credential(), "", kForAStream);
  end_if_any(probe, valid_framing);
  if (!opens_stream(valid)) return std::nullopt;
  const mcp::Framing framing = some_framing(probe);
  const mcp::Answer open =
      ask(probe, without_message(framing, "GET"), check::nothing(), "", kForAStream);
  const mcp::Answer answer = ask_misplaced(probe, framing, "GET", misplaced);
  end_if_any(probe, framing);
  // Where everyone is served, the place is not what let the request in.
  if (opens_stream(open)) return std::nullopt;
  if (opens_stream(answer)) return accepted_misplaced(probe, "GET", misplaced, answer);
  return Finding::met(
      fmt::format("GET with the credential {}: {}", misplaced.label, answer.summary()));
}

std::optional<Finding> by_delete(Probe& probe, const Misplaced& misplaced) {
  const auto session = begin_session(probe);
  if (!session || !is_alive(probe, *session)) return std::nullopt;
  ask(probe, without_message(*session, "DELETE"), check::nothing(), "", kForAnAnswer);
  const bool by_anyone = !is_alive(probe, *session);
  const mcp::Answer answer = ask_misplaced(probe, *session, "DELETE", misplaced);
  const bool ended = answer.status() / 100 == 2 && !is_alive(probe, *session);
  if (by_anyone) return std::nullopt;
  if (ended) return accepted_misplaced(probe, "DELETE", misplaced, answer);
  end(probe, *session);
  return Finding::met(
      fmt::format("DELETE with the credential {}: {}", misplaced.label, answer.summary()));
}

check::Body rejects(MakeMisplaced make) {
  return [make](Probe& probe) {
    if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
    std::vector<Finding> findings;
    for (const Misplaced& misplaced : make(probe)) {
      if (accepted_with_a_message(probe, misplaced)) {
        return Finding::skipped("POST accepts the credential there too: see the case on it");
      }
      for (const auto judge : {by_get, by_delete}) {
        if (auto finding = judge(probe, misplaced)) findings.push_back(std::move(*finding));
      }
    }
    if (findings.empty()) {
      return Finding::skipped("the server has neither a stream nor sessions to try it on");
    }
    return check::worst(std::move(findings));
  };
}

check::Modes with_one_secret() {
  check::Modes modes = check::modes::bearer_scheme();
  modes.push_back(check::Mode::api_key);
  return modes;
}

const check::Suite kPlaceCases{
    "surface",
    with_one_secret(),
    {
        {.id = "query-credential",
         .title = "Rejects a credential in the query of GET and DELETE",
         .sends = "GET for the stream and DELETE of a session with the valid token or key in the "
                  "URL's query, without its header field.",
         .level = Level::bcp,
         .attacker = Attacker::network,
         .if_accepted = Level::should,
         .references = {{"MCP", "token-requirements"}, {"OAuth 2.1", "5.1"}, {"RFC 9700", "4.3.2"}},
         .requirements = {"REF-11"},
         .faults = {"credential.query-stream"},
         .why =
             "URLs are written to access logs and browser histories, where an attacker finds the "
             "credential.",
         .fix = "Read credentials from their header field only, for every HTTP method.",
         .run = rejects(in_query_string)},
        {.id = "cookie-credential",
         .title = "Rejects a credential in a cookie of GET and DELETE",
         .sends = "GET for the stream and DELETE of a session with the valid token or key in a "
                  "cookie, without its header field.",
         .level = Level::bcp,
         .attacker = Attacker::network,
         .if_accepted = Level::should,
         .references = {{"MCP", "token-requirements"}, {"CWE-352", ""}},
         .requirements = {"RS-08"},
         .faults = {"credential.cookie-stream"},
         .why = "Browsers send cookies on their own, so a web page of an attacker acts with the "
                "user's rights.",
         .fix = "Read credentials from their header field only, for every HTTP method.",
         .run = rejects(in_cookie_fields)},
        {.id = "form-credential",
         .title = "Rejects a credential in a form body of GET and DELETE",
         .sends =
             "GET for the stream and DELETE of a session with the valid token or key in a form "
             "body, without its header field.",
         .level = Level::bcp,
         .attacker = Attacker::network,
         .if_accepted = Level::should,
         .references = {{"RFC 6750", "2.2"}, {"MCP", "token-requirements"}},
         .requirements = {"REF-11"},
         .faults = {"credential.form-stream"},
         .why = "A form is no place for a credential of these methods, and proxies that log or "
                "rewrite bodies see it.",
         .fix = "Read credentials from their header field only, for every HTTP method.",
         .run = rejects(in_a_form)},
    }};

}  // namespace
}  // namespace suites::surface
