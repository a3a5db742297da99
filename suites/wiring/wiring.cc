// Before anything is judged: is this the server, and are we its issuer?
#include <fmt/core.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/family.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr int kTimes = 4;
/// Requests that are sent to see whether answers get lost, and for how long at most.
constexpr int kLooks = 80;
constexpr std::chrono::seconds kLongestLook{5};
/// Fewer strays than these, or than one in this many requests, are not reported as a finding.
constexpr std::size_t kTellingStrays = 3;
constexpr std::size_t kTellingShare = 200;

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

/// "5 with 503, 2 reset"
std::string listed(const std::map<std::string, std::size_t>& kinds) {
  std::vector<std::string> parts;
  for (const auto& [kind, count] : kinds) parts.push_back(fmt::format("{} × {}", count, kind));
  return base::join(parts, ", ");
}

/// One answer that gets lost on a busy machine says nothing.
bool is_unsteady(std::size_t strays, std::size_t requests) {
  return strays >= kTellingStrays && strays * kTellingShare >= requests;
}

Finding steady(Probe& probe) {
  check::Context& context = probe.context();
  const auto enough = base::Deadline::after(kLongestLook);
  for (int i = 0; i < kLooks && !enough.passed() && !context.cancelled(); ++i) {
    // A request on a connection that was used before is repeated without being counted.
    probe.send({.credential = probe.good_credential(), .edit = [](wire::Request& request) {
                  base::set_header(request.headers, "Connection", "close");
                }});
  }
  const std::size_t requests = context.exchanges_counted();
  const std::size_t strays = context.steadiness().strays();
  const std::string actual =
      fmt::format("{} of {} requests failed once and not when repeated{}", strays, requests,
                  strays == 0 ? "" : ": " + listed(context.steadiness().kinds()));
  if (!is_unsteady(strays, requests)) return Finding::met(actual);
  Finding finding =
      Finding::broken("an answer of the server to each request", actual,
                      "failures come and go whatever is sent, as behind a balancer with one server "
                      "that fails; each was repeated on a new connection before it was judged");
  finding.cause = "failures that do not repeat";
  return finding;
}

Finding unfiltered(Probe& probe) {
  check::Front& front = probe.context().front();
  if (!probe.control_accepted()) return Finding::undecided("valid credentials were rejected");
  const mcp::Answer& page = check::look_for_front(probe);
  if (page.exchange.response) probe.decisive(page.exchange, true);
  const std::string example = front.example();
  if (example.empty()) return Finding::met("each page that came was the server's own");
  Finding finding = Finding::broken(
      "the server's own answer",
      fmt::format("{}, also with valid credentials; {} cases got no answer of the server", example,
                  front.blocked()),
      "something in front of the server, such as a firewall, answers requests that look like an "
      "attack to it; what the server does with them is not known");
  finding.cause = "a firewall answers for the server";
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
        {.id = "steady",
         .title = "Answers each request, without failures that come and go",
         .sends =
             "The operation with valid credentials, 80 times, each on a connection of its own; "
             "then the failures of the run that did not repeat are counted.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "15.6.4"}},
         .needs = {.modes = check::modes::protected_http(), .last = true},
         .faults = {"balancer.skip", "balancer.reset"},
         .why = "Clients see failures at random: logins break off and tool calls are lost or run "
                "twice.",
         .fix = "Find the instance or proxy that fails, and take it out of the balancer until its "
                "health check passes.",
         .run = steady},
        {.id = "unfiltered",
         .title = "Requests reach the server: nothing in front of it answers for it",
         .sends = "Valid credentials together with a text that looks like an attack, in a token's "
                  "header, a header field and the query, where the server ignores it.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "error-handling"}, {"RFC 6750", "3.1"}},
         .needs = {.modes = check::modes::protected_http(), .last = true},
         .faults = {"front.skip"},
         .why =
             "A client whose token or request happens to look like an attack gets a page instead "
             "of a 401 that tells it to log in, and a test through a firewall does not test the "
             "server.",
         .fix = "Test the server without the firewall as well, and let the firewall leave the "
                "Authorization field to the server.",
         .run = unfiltered},
    }};

}  // namespace
