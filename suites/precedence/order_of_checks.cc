// Which answer wins where several would fit.
#include <fmt/core.h>

#include <chrono>
#include <map>

#include "common/base/random.h"
#include "harness/check/family.h"
#include "harness/mcp/greeting.h"

namespace {

using check::Attempt;
using check::Finding;
using check::Level;
using check::Probe;
using mcp::Operation;
using mcp::Revision;

constexpr const char* kWrongAudience = "\"https://other-resource.example/mcp\"";
constexpr int kBurst = 30;

Operation unknown_method() { return {.method = "authspec/unknown"}; }

/// A credential that was good once, or else one that never was.
check::Credential expired(Probe& probe) {
  if (!probe.context().calibration().accepted) return check::with_garbage(probe).credential;
  jose::Recipe token = probe.good();
  token.expiring_in(std::chrono::hours(-1));
  return probe.carry(probe.mint(token));
}

void without_scope(jose::Recipe& token, Probe& probe) {
  token.without_claim(probe.target().profile.scope_claim);
}

Finding wrong_audience_unscoped(Probe& probe) {
  jose::Recipe token = probe.good();
  if (token.claims.find("aud") == nullptr) return Finding::skipped("the good token has no aud");
  without_scope(token, probe);
  token.claim("aud", kWrongAudience);
  return probe.refuses(token);
}

void cut_json(wire::Request& request) { request.body = R"({"jsonrpc": "2.0", "id")"; }

Finding good_token_unknown_method(Probe& probe) {
  if (!probe.control_accepted()) {
    return Finding::undecided("good credentials were refused just before");
  }
  const mcp::Answer answer =
      probe.send({.credential = probe.good_credential(), .operation = unknown_method()});
  const bool good = answer.kind == mcp::Kind::rpc_error;
  probe.decisive(answer.exchange, !good);
  if (good) return Finding::met(answer.summary());
  if (answer.kind == mcp::Kind::limited) return Finding::undecided("the server answered 429");
  const bool blamed = answer.kind == mcp::Kind::unauthorized || answer.kind == mcp::Kind::forbidden;
  return Finding::broken("a JSON-RPC error", answer.summary(),
                         blamed ? "a client that is told to log in again does so for ever, for "
                                  "its token was not the problem"
                                : "a client cannot tell that the method does not exist");
}

/// A legacy session of its own, also on servers that speak the newer revision as well.
struct Session {
  mcp::Framing framing;
  base::Headers headers;
};

std::optional<Session> begin_session(Probe& probe) {
  Session session{.framing = probe.target().framing()};
  session.headers = probe.good_credential().headers;
  const bool modern = probe.target().era() == mcp::Era::modern;
  session.framing.revision = modern ? Revision::r2025_11_25 : probe.target().revision();
  const mcp::Greeting greeting = mcp::greet(
      [&](wire::Request request, std::string_view id) {
        for (const auto& header : session.headers) request.headers.push_back(header);
        return mcp::interpret(probe.fetch(request), id);
      },
      session.framing.target, session.framing.revision);
  if (!greeting.ok() || greeting.session_id.empty()) return std::nullopt;
  session.framing.session_id = greeting.session_id;
  session.framing.protocol_version = greeting.protocol_version;
  return session;
}

mcp::Answer list_in(Probe& probe, const Session& session) {
  wire::Request request = mcp::frame(session.framing, Operation::list_tools(), "1");
  for (const auto& header : session.headers) request.headers.push_back(header);
  return probe.compared(mcp::interpret(probe.fetch(request), "1"));
}

Finding unknown_session(Probe& probe) {
  auto session = begin_session(probe);
  if (!session) return Finding::skipped("the server gives out no session ids");
  if (list_in(probe, *session).kind != mcp::Kind::result) {
    return Finding::undecided("the session that was just begun is not served");
  }
  session->framing.session_id = base::random_hex(16);
  const mcp::Answer answer = list_in(probe, *session);
  const bool served = answer.kind == mcp::Kind::result;
  probe.decisive(answer.exchange, served);
  if (!served) return Finding::met(answer.summary());
  return Finding::broken("404, or another refusal", answer.summary(),
                         "a session id that the server never gave is served, so its sessions "
                         "can be chosen by strangers");
}

Finding over_limit(Probe& probe) {
  std::map<int, int> statuses;
  for (int i = 0; i < kBurst; ++i) {
    wire::Request request =
        mcp::frame(probe.context().framing(), Operation::list_tools(), std::to_string(i));
    for (const auto& header : check::with_garbage(probe).credential.headers) {
      request.headers.push_back(header);
    }
    ++statuses[probe.fetch(request).status()];
  }
  std::string json;
  for (const auto& [status, count] : statuses) {
    json += fmt::format("{}\"{}\":{}", json.empty() ? "" : ",", status, count);
  }
  probe.note("bad_tokens_in_a_row", "{" + json + "}");
  return Finding::met(fmt::format("{} bad tokens in a row: {}", kBurst, json));
}

const check::Suite order_of_checks_cases{
    "precedence",
    check::modes::protected_http(),
    {
        {.id = "expired-unscoped",
         .title = "an expired token that lacks the scope too is refused with 401, not 403",
         .sends = "The good token, ended an hour ago and without scopes.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "token-handling"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-08", "RS-11", "RS-21"},
         .needs = {.modes = check::modes::claims(), .issuer = true, .scope = true},
         .faults = {"scope.before-expiry"},
         .why = "At 403 a client asks the user for more rights; what it needs is a fresh token.",
         .fix = "Verify the whole token before looking at its scopes.",
         .run = check::refuses_token_of([](jose::Recipe& token, Probe& probe) {
           without_scope(token, probe);
           token.expiring_in(std::chrono::hours(-1));
         })},
        {.id = "wrong-audience-unscoped",
         .title = "a token for another audience that lacks the scope too is refused with 401",
         .sends = "The good token, for another audience and without scopes.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .on_2025_03_26 = Level::bcp,
         .references = {{"MCP", "token-handling"}, {"RFC 8707", "2"}},
         .requirements = {"RS-09", "RS-11", "RS-18"},
         .needs = {.modes = check::modes::claims(), .issuer = true, .scope = true},
         .faults = {"scope.before-audience"},
         .why = "403 says that the token is good here, which it is not.",
         .fix = "Verify the whole token before looking at its scopes.",
         .run = wrong_audience_unscoped},
        {.id = "bad-token-malformed-json",
         .title = "a bad token with an unreadable body is refused with 401, not 400",
         .sends = "An expired token, or garbage, with a body that ends in the middle of its JSON.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-15"},
         .faults = {"errors.body-first"},
         .why = "What parses the body before it knows the caller can be attacked by anybody.",
         .fix = "Put the check of the token in front of the body parser.",
         .run = check::refuses_attempt(
             [](Probe& probe) { return Attempt{.credential = expired(probe), .edit = cut_json}; })},
        {.id = "bad-token-unknown-method",
         .title = "a bad token with an unknown method is refused with 401",
         .sends = "An expired token, or garbage, with a method that does not exist.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "token-handling"}, {"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-11", "RS-15"},
         .faults = {"protocol.unknown-method-first"},
         .why = "Strangers can find out which methods there are, and clients with an expired "
                "token are not told to renew it.",
         .fix = "Check the token before the method is looked up.",
         .run = check::refuses_attempt([](Probe& probe) {
           return Attempt{.credential = expired(probe), .operation = unknown_method()};
         })},
        {.id = "good-token-unknown-method",
         .title = "a good token with an unknown method gets a JSON-RPC error, not 401",
         .sends = "The good token with a method that does not exist.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"JSON-RPC 2.0", "5.1"}, {"MCP", "error-handling"}},
         .requirements = {"RS-21"},
         .faults = {"protocol.skip", "errors.everything-is-401"},
         .why = "401 for other errors sends clients into an endless loop of logins.",
         .fix = "Answer 401 for credentials only; give JSON-RPC errors for JSON-RPC problems.",
         .run = good_token_unknown_method},
        {.id = "unknown-session",
         .title = "a good token with a session id that was never given is not served",
         .sends = "The good token in a session that was begun, then with a session id made up.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP transports", "session-management"}},
         .requirements = {"RS-16"},
         .faults = {"session.skip"},
         .why = "Clients would not notice that their session is gone, and ids could be planted.",
         .fix = "Answer 404 to session ids that are unknown.",
         .run = unknown_session},
        {.id = "bad-token-over-limit",
         .title = "whether many bad tokens in a row get 401 or 429",
         .sends = "Thirty requests in a row with a garbage token.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6585", "4"}, {"CWE-307", ""}},
         .needs = {.alone = true, .loud = true},
         .why = "A limit on failed attempts slows down whoever guesses.",
         .fix = "Limit failed attempts by address, after checking good ones.",
         .run = over_limit},
    }};

}  // namespace
