// Before anything is judged: is this the server, and are we its issuer?
#include <fmt/core.h>

#include "harness/check/family.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr int kTimes = 4;

Finding control_accepted(Probe& probe) {
  const check::Attempt control{.credential = probe.good_credential()};
  for (int i = 1; i <= kTimes; ++i) {
    const mcp::Answer answer = probe.send(control);
    const bool good = answer.kind == mcp::Kind::result;
    probe.decisive(answer.exchange, !good);
    if (good) continue;
    return Finding::broken("a JSON-RPC result each time",
                           fmt::format("request {} of {}: {}", i, kTimes, answer.summary()),
                           "good credentials are refused, so no refusal proves anything");
  }
  return Finding::met(fmt::format("accepted {} times", kTimes));
}

Finding refuses_something(Probe& probe) {
  const mcp::Answer nothing = probe.send(check::without_credentials());
  const mcp::Answer garbage = probe.send(check::with_garbage(probe));
  const std::string actual = fmt::format("without credentials: {}; with garbage: {}",
                                         nothing.summary(), garbage.summary());
  const bool open = nothing.kind == mcp::Kind::result && garbage.kind == mcp::Kind::result;
  probe.decisive(nothing.exchange, open);
  if (!open) return Finding::met(actual);
  Finding finding = Finding::broken("one of them refused at least", actual,
                                    "this server has no authentication at all, or it is off");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

Finding keys_fetched(Probe& probe) {
  if (!probe.control_accepted()) return Finding::undecided("good credentials were refused");
  if (probe.context().fetched_keys()) return Finding::met("the JWK set was asked for");
  // Keys may be known from elsewhere. Then a signature of nobody's is still refused.
  jose::Recipe forged = probe.good();
  forged.after_signing = [](jose::Parts& parts) {
    for (char& c : parts.signature) c = c == 'A' ? 'B' : 'A';
  };
  const mcp::Answer answer = probe.send({.credential = probe.carry(probe.mint(forged))});
  const bool taken = answer.kind == mcp::Kind::result;
  probe.decisive(answer.exchange, taken);
  if (!taken) {
    return Finding::met(
        "the JWK set was not asked for, but signatures are checked: the keys "
        "came from elsewhere");
  }
  Finding finding = Finding::broken(
      "a request for our JWK set before a token is accepted",
      "tokens are accepted, also with a made-up signature, and nobody asked for a key",
      "without the issuer's keys no signature can have been verified");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

const check::Suite wiring_cases{
    "wiring",
    check::modes::all(),
    {
        {.id = "control-accepted",
         .title = "good credentials are accepted, time after time",
         .sends = "The operation with good credentials, four times.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "token-handling"}},
         .requirements = {"RS-08"},

         .faults = {"credential.single-use"},
         .aliases = {},
         .why = "A server that refuses everybody would pass every test of refusals.",
         .fix = "Let the server trust the issuer, JWK set and audience that the harness names.",
         .run = control_accepted},
        {.id = "refuses-something",
         .title = "not everybody is served: no credentials or garbage is refused",
         .sends = "The operation without credentials, then with the token \"this-is-not-a-token\".",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "error-handling"}},
         .requirements = {"RS-05", "RS-21"},
         .needs = {.modes = check::modes::protected_http()},
         .faults = {"credential.skip"},
         .why = "The server is open to whoever reaches its port.",
         .fix = "Switch authentication on, for every request to the endpoint.",
         .run = refuses_something},
        {.id = "keys-fetched",
         .title = "the issuer's keys were asked for before a token was accepted",
         .sends =
             "A good token; where nobody asked for our keys, the same with a made-up signature.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "token-handling"}, {"RFC 7515", "5.2"}},
         .requirements = {"RS-08", "RS-13"},
         .needs = {.modes = {check::Mode::oauth}, .issuer = true},
         .faults = {"key.skip"},
         .why = "Whoever can write JSON can write a token that is accepted.",
         .fix = "Verify signatures with the keys of the issuer's JWK set.",
         .run = keys_fetched},
    }};

}  // namespace
