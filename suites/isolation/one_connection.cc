// Callers who come one after the other over one connection, as they do through a gateway.
#include <fmt/core.h>

#include "harness/check/second_caller.h"
#include "harness/check/sessions.h"
#include "suites/isolation/callers.h"

namespace suites::isolation {
namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr int kTurns = 50;
constexpr const char* kNoIdentity =
    "no tool is known that says who is calling (the profile can name one in /identity), or it says "
    "the same to two callers";
constexpr const char* kMixedUp = "the answer of another caller";

/// Why two callers cannot be told apart by who they are.
Finding without_identity(Probe& probe) {
  if (!check::credential_of_another(probe, "isolation-bob")) {
    return Finding::skipped(check::kNoSecondCaller);
  }
  return Finding::skipped(kNoIdentity);
}

Finding mixed_up(Probe& probe, const mcp::Answer& answer, const std::string& when,
                 const std::string& reason) {
  probe.decisive(answer.exchange, true);
  Finding finding = Finding::broken("the answer for who asks", kMixedUp + (" " + when), reason);
  finding.outcome = check::Outcome::accepted;
  return finding;
}

std::string next_id(Probe& probe) { return std::to_string(probe.context().count_exchange()); }

Finding in_turn(Probe& probe) {
  const auto callers = told_apart_by_identity(probe);
  if (!callers) return without_identity(probe);
  wire::Connection connection = probe.context().connect();
  std::string id;
  int reused = 0;
  int own = 0;
  Finding finding = Finding::met();
  for (int i = 1; i <= kTurns && finding.ok() && !probe.context().cancelled(); ++i) {
    const bool even = i % 2 == 0;
    const Caller& mine = even ? callers->b : callers->a;
    const Caller& theirs = even ? callers->a : callers->b;
    if (!even) id = next_id(probe);
    const mcp::Answer answer = ask_patiently(probe, connection, mine, id);
    const std::string text = said(answer);
    reused += static_cast<int>(answer.exchange.reused_connection);
    own += static_cast<int>(text == mine.own);
    if (text != theirs.own) continue;
    finding = mixed_up(probe, answer, fmt::format("at request {}", i),
                       "who came first over a connection is taken for who comes later: behind a "
                       "gateway that is anybody");
  }
  leave(probe, *callers);
  if (!finding.ok()) return finding;
  if (reused == 0) return Finding::skipped("the server closes connections after each answer");
  if (own < kTurns / 2) {
    return Finding::undecided(fmt::format("{} of {} requests were answered", own, kTurns));
  }
  return Finding::met(fmt::format("{} requests in turn, none mixed up", kTurns));
}

/// Another token in the same place: the same connection and, where there is one, the same session.
Finding after_change(Probe& probe) {
  const auto callers = told_apart_by_identity(probe);
  if (!callers) return without_identity(probe);
  wire::Connection connection = probe.context().connect();
  const Caller& first = callers->a;
  Caller second = callers->b;
  const std::string own_session = second.framing.session_id;
  second.framing = first.framing;
  const mcp::Answer before = ask_patiently(probe, connection, first, next_id(probe));
  const mcp::Answer after = ask_patiently(probe, connection, second, next_id(probe));
  second.framing.session_id = own_session;
  const std::string text = said(after);
  leave(probe, *callers);
  if (said(before) != first.own) {
    return Finding::undecided("the first caller is not served as before: " + before.summary());
  }
  if (text == first.own) {
    return mixed_up(probe, after, "after a change of token",
                    "who began a session or a connection is taken for who holds the token that "
                    "comes in it");
  }
  probe.decisive(after.exchange);
  if (after.kind == mcp::Kind::none) return Finding::undecided(after.summary());
  return Finding::met(text == second.own ? "answered for the new token"
                                         : "refused: " + after.summary());
}

const check::Suite kConnectionCases{
    "isolation",
    check::with_second_caller(),
    {
        {.id = "one-connection-in-turn",
         .title = "callers who take turns on one connection get their own answers",
         .sends = "50 requests for the tool that says who is calling, of two callers in turn, with "
                  "one JSON-RPC id for each pair, on one connection.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9110", "3.3"}, {"MCP", "access-token-privilege-restriction"}},
         .requirements = {"REF-ISO-2"},
         .faults = {"isolation.skip"},
         .why = "Gateways and proxies send the requests of many users over one connection.",
         .fix = "Find out who is calling from the credential of each request; keep nothing with "
                "the connection.",
         .run = check::in_each_era(in_turn)},
        {.id = "token-change",
         .title = "after a change of token it is the new one that says who is calling",
         .sends = "The tool that says who is calling, with one user's token and then with "
                  "another's, on one connection and, in older revisions, in one session.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP best practices", "session-hijacking"}, {"RFC 9110", "3.3"}},
         .requirements = {"REF-SES-1", "REF-ISO-2"},
         .faults = {"session.acts-as-owner", "isolation.skip"},
         .why = "What a user may do, and what is written down about him, would be another's.",
         .fix = "Take the caller from the verified token of the request, never from the session.",
         .run = check::in_each_era(after_change)},
    }};

}  // namespace
}  // namespace suites::isolation
