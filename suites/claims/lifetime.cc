// Tokens that run out while they are in use.
#include <fmt/core.h>

#include <array>

#include "harness/check/case.h"
#include "harness/check/sessions.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

using check::Attempt;
using check::Finding;
using check::Probe;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long a short-lived token may still be used; longer where the shorter was too short for a
/// slow machine.
constexpr std::array<seconds, 3> kLives = {seconds{2}, seconds{5}, seconds{15}};
/// Clocks tick in seconds on both sides, and the measured leeway may be one second short.
constexpr milliseconds kMargin{2'500};
/// What is told of a server that accepts tokens however old.
constexpr seconds kEndless{86'400};

/// The control, ending within the leeway so that it is refused after `life` more.
jose::Recipe short_lived(Probe& probe, seconds leeway, seconds life) {
  jose::Recipe token = probe.good();
  token.expiring_in(life - leeway);
  return token;
}

using Shorten = void (*)(jose::Recipe& token);
using Use = std::function<Attempt(Probe& probe, const std::string& token)>;

/// A token that was accepted before its end is refused after it.
Finding refuses_after_end(Probe& probe, Shorten change, const Use& use) {
  auto leeway = probe.context().leeway(probe);
  if (!leeway) return Finding::undecided("how long past exp tokens are accepted is not known");
  // A server that never looked at exp yet may still do so here; then there is no leeway.
  if (*leeway >= kEndless) leeway = seconds{0};
  for (const seconds life : kLives) {
    jose::Recipe token = short_lived(probe, *leeway, life);
    change(token);
    const Attempt attempt = use(probe, probe.mint(token));
    if (probe.send(attempt).kind != mcp::Kind::result) continue;
    if (!probe.wait(life + kMargin, "for a token to run out")) {
      return Finding::undecided("the run was ended while a token was running out");
    }
    return probe.refuses(attempt);
  }
  return Finding::undecided("a token that is about to run out was not accepted before it did");
}

void as_it_is(jose::Recipe&) {}
void without_iat(jose::Recipe& token) { token.without_claim("iat"); }

/// Each request on a connection of its own.
Attempt alone(Probe& probe, const std::string& token) {
  return {.credential = probe.carry(token), .edit = [](wire::Request& request) {
            base::set_header(request.headers, "Connection", "close");
          }};
}

Attempt on_one_connection(Probe& probe, const std::string& token) {
  return {.credential = probe.carry(token)};
}

Finding cached(Probe& probe) { return refuses_after_end(probe, as_it_is, alone); }
Finding cached_without_iat(Probe& probe) { return refuses_after_end(probe, without_iat, alone); }
Finding mid_connection(Probe& probe) {
  return refuses_after_end(probe, as_it_is, on_one_connection);
}

Finding mid_session(Probe& probe) {
  if (probe.target().greeting.session_id.empty()) {
    return Finding::skipped("the server keeps no sessions");
  }
  return refuses_after_end(probe, as_it_is, [](Probe& same, const std::string& token) -> Attempt {
    const check::Credential credential = same.carry(token);
    return {.credential = credential, .session = check::begin_session(same, credential).session_id};
  });
}

const Shared kCached{
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7519", "4.1.4"}, {"MCP", "token-handling"}, {"OAuth 2.1", "5.2"}},
    .requirements = {"RS-08", "RS-11", "RS-35"},
    .needs = {.issuer = true, .waits = true},
    .why =
        "A verifier that remembers good tokens and not their end lets them live on "
        "(CVE-2026-107719).",
    .fix = "Keep exp with what is cached, and compare it with the clock on every request.",
};
const Shared kSession{
    .attacker = check::Attacker::token_holder,
    .references = kCached.references,
    .requirements = kCached.requirements,
    .needs = {.until = mcp::Revision::r2025_11_25, .issuer = true, .waits = true},
    .why = "A session is no credential: once its token has run out it must not go on.",
    .fix = "Verify the token of every request, whatever session it belongs to.",
};

const check::Suite kCachedCases{
    "claims", check::modes::claims(),
    family(kCached,
           {
               {"cached-after-expiry",
                "a token that was accepted is refused after its end",
                {"exp.cached"},
                cached,
                "A token with seconds to live, before and after its end, each time on a new "
                "connection."},
               {"cached-after-expiry-without-iat",
                "a token without iat that was accepted is refused after its end",
                {"exp.cached", "exp.cached-without-iat"},
                cached_without_iat,
                "A token without iat, with seconds to live, before and after its end."},
               {"expiry-mid-connection",
                "a token that runs out on an open connection is refused",
                {"exp.once-per-connection", "exp.cached"},
                mid_connection,
                "A token with seconds to live, before and after its end, on one connection."},
           })};

const check::Suite kSessionCases{
    "claims", check::modes::claims(),
    family(kSession,
           {{"expiry-mid-session",
             "a token that runs out in the middle of a session is refused",
             {"exp.once-per-session", "exp.cached", "exp.skip"},
             mid_session,
             "A token with seconds to live, before and after its end, in one session."}})};

}  // namespace
}  // namespace suites::claims
