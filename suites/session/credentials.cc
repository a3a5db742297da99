// A session id says which conversation a request belongs to, not who may take part in it.
#include <fmt/core.h>

#include "common/base/random.h"
#include "harness/check/family.h"
#include "harness/check/second_caller.h"
#include "harness/check/sessions.h"
#include "suites/session/live.h"

namespace suites::session {
namespace {

using check::Credential;
using check::Finding;
using check::Level;
using check::Probe;

constexpr std::chrono::hours kLongAgo{-2};

Finding without_token(Probe& probe, const Live& live) {
  const check::Family requests = {
      {"a request", {.session = live.id}},
  };
  Finding posted = check::refuses_each(probe, requests);
  // Many servers have no stream to open, for nobody: no such route, method or media type.
  const check::Refusal no_stream{.statuses = {401, 404, 405, 406}};
  Finding opened =
      check::labelled("GET for its stream",
                      probe.refuses(without_body(check::nothing(), "GET", live.id), no_stream));
  return check::worst({std::move(posted), std::move(opened)});
}

Finding after_expiry(Probe& probe, const Live& live) {
  const std::string token = probe.mint(probe.good().expiring_in(kLongAgo));
  return probe.refuses({.credential = probe.carry(token), .session = live.id});
}

/// What happened to somebody's session says nothing if it ended by itself.
bool is_alive(Probe& probe, const Live& live) {
  return use(probe, live.credential, live.id).kind == mcp::Kind::result;
}

/// Whether the server would serve any session id: then an id stands for no session.
bool any_id_is_served(Probe& probe, const Live& live, const Credential& credential) {
  const std::string random = base::random_hex(live.id.size() / 2 + 1);
  return use(probe, credential, random).kind == mcp::Kind::result;
}

Finding serves_other(Probe& probe, const Live& live, const Credential& other) {
  const mcp::Answer answer = use(probe, other, live.id);
  const bool served = answer.kind == mcp::Kind::result;
  probe.decisive(answer.exchange, served);
  if (answer.kind == mcp::Kind::limited) return Finding::undecided("the server kept answering 429");
  if (!served && !is_alive(probe, live)) {
    return Finding::undecided("the session was over just after, for its own caller too");
  }
  if (!served) return Finding::met(answer.summary());
  if (any_id_is_served(probe, live, other)) {
    Finding finding = Finding::broken(
        "refused", answer.summary() + "; the same for an id that the server never gave out",
        "session ids are not looked up, so no session was entered");
    finding.level = Level::should;
    return finding;
  }
  Finding finding =
      Finding::broken("refused", answer.summary(),
                      "the session is not bound to the user who began it: a user who learns its id "
                      "continues it with a token of their own");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

Finding ended_by_other(Probe& probe, const Live& live, const Credential& other) {
  const std::string witness = check::begin_session(probe, live.credential).session_id;
  const mcp::Answer asked = probe.send(without_body(other, "DELETE", live.id));
  const std::string actual = fmt::format("DELETE by another user: {}", asked.status());
  if (is_alive(probe, live)) {
    check::end_session(probe, live.credential, witness);
    return Finding::met(actual + ", and the session lives on");
  }
  probe.decisive(asked.exchange, true);
  const bool by_itself = use(probe, live.credential, witness).kind != mcp::Kind::result;
  check::end_session(probe, live.credential, witness);
  if (by_itself) return Finding::undecided("another session of the same caller was over as well");
  Finding finding = Finding::broken("the session lives on", actual + ", and the session is over",
                                    "whoever learns the id of a session can end it for its user");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

Finding served_after_end(Probe& probe, const Live& live) {
  const mcp::Answer ended = probe.send(without_body(live.credential, "DELETE", live.id));
  if (ended.status() / 100 != 2) {
    return Finding::skipped(
        fmt::format("the server does not let clients end sessions: DELETE got {}", ended.status()));
  }
  if (!probe.control_accepted()) return Finding::undecided("good credentials were refused");
  const mcp::Answer answer = use(probe, live.credential, live.id);
  const bool served = answer.kind == mcp::Kind::result;
  probe.decisive(answer.exchange, served);
  if (!served) return Finding::met(answer.summary());
  return Finding::broken("404", answer.summary(),
                         "the server says that the session is over, and goes on with it");
}

Finding made_up(Probe& probe, const Live& live) {
  const mcp::Answer answer = use(probe, live.credential, base::random_hex(live.id.size() / 2 + 1));
  probe.decisive(answer.exchange);
  const bool served = answer.kind == mcp::Kind::result;
  probe.note("unknown_session_id",
             served ? "\"served\"" : fmt::format("\"refused ({})\"", answer.status()));
  return Finding::met(served ? "a session id that nobody gave out is served"
                             : "a session id that nobody gave out is refused");
}

/// In a session of the same user. No specification says what has to happen: best practice binds
/// sessions to the user.
OfOther notes_as(std::string name) {
  return [name = std::move(name)](Probe& probe, const Live& live, const Credential& other) {
    const mcp::Answer answer = use(probe, other, live.id);
    probe.decisive(answer.exchange);
    if (answer.kind == mcp::Kind::limited) {
      return Finding::undecided("the server kept answering 429");
    }
    const bool served = answer.kind == mcp::Kind::result;
    if (!served && !is_alive(probe, live)) {
      return Finding::undecided("the session was over just after, for its own token too");
    }
    probe.note(name, served ? "\"served\"" : fmt::format("\"rejected ({})\"", answer.status()));
    return Finding::met(served ? "the session serves it" : "the session does not serve it");
  };
}

/// Whatever the token names its client by.
void of_another_client(jose::Recipe& token) {
  token.claims.set_string("client_id", "another-client");
  for (const char* name : {"azp", "appid", "cid"}) {
    if (!token.claims.string(name).empty()) token.claims.set_string(name, "another-client");
  }
}

void another_token(jose::Recipe& token) { token.claims.set_string("jti", base::random_hex(16)); }

const check::Reference kHijacking{"MCP best practices", "session-hijacking"};
constexpr mcp::Revision kLast = mcp::Revision::r2025_11_25;

const check::Suite kCredentialCases{
    "session",
    check::modes::protected_http(),
    {
        {.id = "session-without-token",
         .title = "a live session is not served without credentials",
         .sends = "A request, and GET for the stream, in a session that was begun with good "
                  "credentials, without any.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {kHijacking, {"MCP transports", "session-management"}},
         .requirements = {"REF-SES-1"},
         .needs = {.until = kLast},
         .faults = {"session.is-credential"},
         .why = "Session ids stand in logs and proxies; if they open the door, who reads them is "
                "the user.",
         .fix = "Check the credential of every request before the session is looked up.",
         .run = about_session(without_token)},
        {.id = "session-after-expiry",
         .title = "in a live session a token that has expired is refused with 401",
         .sends = "The good token, ended two hours ago, in a session that a good one began.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "token-handling"}, kHijacking},
         .requirements = {"RS-11", "REF-SES-1"},
         .needs = {.modes = check::modes::claims(), .until = kLast, .issuer = true},
         .faults = {"session.outlives-token", "exp.skip", "exp.after-iat-only"},
         .why = "A session that outlives its token is access without an end.",
         .fix = "Verify the token of every request, whatever session it belongs to.",
         .run = about_session(after_expiry)},
        {.id = "session-of-another-user",
         .title = "a session does not serve the token of another user",
         .sends = "A request in one user's session with good credentials of another.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {kHijacking},
         .requirements = {"REF-SES-2"},
         .needs = {.modes = check::with_second_caller(), .until = kLast},
         .faults = {"session.foreign-ok", "session.skip"},
         .why = "What the server keeps for a session, such as queued messages, goes to whoever "
                "names it.",
         .fix = "Keep the user of the token with the session, and answer 404 to all others.",
         .run = about_other(serves_other)},
        {.id = "session-delete-by-other",
         .title = "a session is not ended by another user",
         .sends = "DELETE of one user's session with good credentials of another.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {kHijacking, {"MCP transports", "session-management"}},
         .requirements = {"REF-SES-2"},
         .needs = {.modes = check::with_second_caller(), .until = kLast},
         .faults = {"session.delete-by-other"},
         .why = "Users can end each other's work.",
         .fix = "Look a session up by its id and the user of the token, for DELETE too.",
         .run = about_other(ended_by_other)},
        {.id = "session-after-end",
         .title = "a session that was ended is not served any longer",
         .sends = "DELETE of a session by its own user, then a request in it.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP transports", "session-management"}},
         .requirements = {"REF-SES-5"},
         .needs = {.until = kLast},
         .faults = {"session.end-ignored"},
         .why = "Users who log out believe that what they began is over.",
         .fix = "Forget the session on DELETE and answer 404 from then on, or answer DELETE with "
                "405.",
         .run = about_session(served_after_end)},
        {.id = "session-made-up",
         .title = "what becomes of a session id that nobody gave out",
         .sends = "A request with good credentials and a random Mcp-Session-Id.",
         .level = Level::observe,
         .attacker = check::Attacker::token_holder,
         .references = {kHijacking},
         .needs = {.until = kLast},
         .faults = {"session.skip"},
         .why = "Where clients choose session ids, one can choose another's in advance (session "
                "fixation).",
         .fix = "Answer 404 to ids that the server did not give out.",
         .run = about_session(made_up)},
        {.id = "session-of-another-client",
         .title = "Whether a session serves a token of the same user for another client",
         .sends = "A request in a session, with a valid token of the same user that names another "
                  "client.",
         .level = Level::observe,
         .attacker = check::Attacker::token_holder,
         .references = {kHijacking},
         .needs = {.modes = check::modes::claims(), .until = kLast, .issuer = true},
         .faults = {"session.client-ignored"},
         .why = "A user's clients may have been granted different rights; in one session they "
                "share what the server keeps for it.",
         .fix = "Bind a session to the client of the token as well as to its user.",
         .run = about_token(of_another_client, notes_as("session_of_another_client"))},
        {.id = "session-of-another-token",
         .title = "Whether a session serves another token of the same user and client",
         .sends = "A request in a session, with another valid token of the same user and client.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {kHijacking},
         .needs = {.modes = check::modes::claims(), .until = kLast, .issuer = true},
         .faults = {"session.token-bound"},
         .why = "A client that renews its access token loses a session that is bound to the old "
                "one.",
         .fix = "Bind a session to the user of the token, not to its text.",
         .run = about_token(another_token, notes_as("session_of_another_token"))},
    }};

}  // namespace
}  // namespace suites::session
