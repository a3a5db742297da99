// A scope is needed by each request, also in a session that a token with it has begun.
#include "harness/check/sessions.h"
#include "suites/scope/needed.h"

namespace {

using check::Attempt;
using check::Finding;
using check::Level;
using check::Probe;
using suites::Needed;

bool is_served(Probe& probe, const Attempt& attempt) {
  return probe.send(attempt).kind == mcp::Kind::result;
}

Finding in_session(Probe& probe, const Needed& needed) {
  if (probe.target().greeting.session_id.empty()) {
    return Finding::skipped("the server keeps no sessions");
  }
  Attempt lacking = suites::unrelated_scopes(probe, needed);
  if (is_served(probe, lacking)) {
    return Finding::skipped(
        "a token without the scope is accepted in a session of its own as well: see "
        "insufficient-scope");
  }
  Attempt granted = suites::with_scopes(probe, needed, needed.all());
  const mcp::Greeting greeting = check::begin_session(probe, granted.credential);
  if (!greeting.ok() || greeting.session_id.empty()) {
    return Finding::undecided("no session could be begun: " + greeting.last.summary());
  }
  granted.session = greeting.session_id;
  lacking.session = greeting.session_id;
  if (!is_served(probe, granted)) {
    return Finding::undecided("a session that was just begun is not served");
  }
  const mcp::Answer answer = probe.send(lacking);
  const bool served = answer.kind == mcp::Kind::result;
  probe.decisive(answer.exchange, served);
  const bool alive = is_served(probe, granted);
  check::end_session(probe, granted.credential, greeting.session_id);
  if (served) {
    Finding finding = Finding::broken(
        "403", answer.summary(),
        "the scope is checked when the session begins, and not in the requests that follow");
    finding.outcome = check::Outcome::accepted;
    finding.impact = check::Impact::privilege;
    return finding;
  }
  if (!alive) return Finding::undecided("the session was over just after, for its own token too");
  return Finding::met(answer.summary());
}

const check::Suite live_session_cases{
    "scope",
    suites::scoped_modes(),
    {{.id = "live-session",
      .title = "Rejects a token without the needed scope in a session that one with it has begun",
      .sends = "In a session that was begun with a valid token: the operation with a token of the "
               "same user and client that has the scope profile instead of the needed one.",
      .level = Level::must,
      .attacker = check::Attacker::token_holder,
      .references = {{"MCP", "runtime-insufficient-scope-errors"},
                     {"MCP best practices", "session-hijacking"}},
      .requirements = {"RS-08", "RS-22", "REF-SES-1"},
      .needs = {.until = mcp::Revision::r2025_11_25, .issuer = true},
      .faults = {"scope.session-once"},
      .why = "A client whose rights were reduced keeps the old ones as long as its session lives.",
      .fix = "Compare the scopes of the token of each request with those that it needs, whatever "
             "session it names.",
      .run = suites::about_all_scopes(in_session)}}};

}  // namespace
