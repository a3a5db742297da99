// What is limited beside good requests: guesses are, the health path is not. And what a limit is
// found to be.
#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/declared.h"
#include "suites/ratelimit/limited.h"

namespace {

using check::Credential;
using check::Finding;
using check::Level;
using check::Probe;
using suites::Burst;

/// At least as many guesses as a patient attacker makes in a minute.
constexpr int kGuesses = 200;

int guesses(const Probe& probe) { return std::max(kGuesses, suites::more_than_burst(probe)); }

Burst guess(Probe& probe) {
  return suites::send_many(
      probe, guesses(probe),
      [&](int i) {
        const bool pair = probe.target().mode == check::Mode::basic;
        return probe.carry(fmt::format("{}guess-{}-of-what-is-secret", pair ? "user:" : "", i));
      },
      [](const Burst& burst) { return burst.limited > 0; });
}

Finding guesses_limited(Probe& probe) {
  const Burst burst = guess(probe);
  probe.decisive(burst.last, burst.limited == 0);
  if (burst.limited > 0) return Finding::met("guesses are answered with 429 in the end");
  return Finding::broken("429 sooner or later", burst.summary(),
                         "secrets can be guessed as fast as the network allows");
}

Finding good_after_bad(Probe& probe) {
  const Credential good = probe.good_credential();
  const wire::Exchange before = suites::ask_once(probe, good);
  if (before.status() != 200) {
    return Finding::undecided(
        fmt::format("good credentials were answered {} before", before.status()));
  }
  const Burst burst = guess(probe);
  const wire::Exchange after = suites::ask_once(probe, good);
  probe.decisive(after, after.status() != 200);
  if (after.status() == 200) {
    return Finding::met(burst.limited > 0 ? "served while guesses are limited"
                                          : "served; guesses are not limited");
  }
  return Finding::broken("good credentials that were used before are served",
                         fmt::format("{} after {} guesses", after.status(), burst.sent),
                         "whoever sends bad credentials shuts out who shares his address");
}

Finding health_exempt(Probe& probe) {
  const std::string path = check::declared(probe).health_path;
  if (path.empty()) return Finding::skipped("the profile names no health path");
  const Burst burst = suites::exhaust(probe, probe.good_credential());
  const int tries = suites::more_than_burst(probe) * 2;
  for (int i = 0; i < tries; ++i) {
    const wire::Exchange exchange = probe.fetch_once({.target = path});
    if (exchange.status() == 200) continue;
    probe.decisive(exchange, true);
    return Finding::broken("200 always", fmt::format("{}", exchange.status()),
                           "what watches the server takes it for dead when it is busy");
  }
  return Finding::met("200 always");
}

Finding rate_measured(Probe& probe) {
  const auto& limit = *probe.target().rate_limit;
  const Burst first = suites::exhaust(probe, probe.good_credential());
  if (first.limited == 0) {
    return Finding::undecided("the limit could not be reached: " + first.summary());
  }
  const base::Clock& clock = probe.context().provider().clock();
  const base::Time begin = clock.now();
  // Long enough for several, short enough for the bucket not to be full.
  const double span = std::min(limit.burst * 0.7 / limit.per_second, 20.0);
  probe.wait(std::chrono::milliseconds(static_cast<long long>(span * 1'000)),
             "the sustained rate is measured");
  const Burst second = suites::exhaust(probe, probe.good_credential());
  const double elapsed = std::chrono::duration<double>(clock.now() - begin).count();
  const double measured = second.until_first / elapsed;
  probe.note("sustained_rate",
             fmt::format(R"({{"measured":{:.2f},"declared":{:.2f}}})", measured, limit.per_second));
  // One request more or less is nobody's fault.
  const double slack = 0.2 * limit.per_second + 1 / elapsed;
  const std::string actual = measured > limit.per_second + slack   ? "faster than declared"
                             : measured < limit.per_second - slack ? "slower than declared"
                                                                   : "as declared";
  return Finding::met("the limit recovers " + actual);
}

/// Words that do not belong in front of strangers.
bool tells_too_much(const std::string& body) {
  for (const char* word : {"redis", "memcached", "traceback", "stack", "bucket", "127.0.0.1",
                           "localhost", ".internal", "exception"}) {
    if (base::to_lower(body).find(word) != std::string::npos) return true;
  }
  return false;
}

Finding body_of_429(Probe& probe) {
  const Burst burst = suites::exhaust(probe, probe.good_credential());
  if (burst.limited == 0) {
    return Finding::undecided("the limit could not be reached: " + burst.summary());
  }
  probe.decisive(burst.last_limited);
  const mcp::Answer answer = mcp::interpret(burst.last_limited, "null");
  const std::string& body = burst.last_limited.response->body;
  const std::string form = body.empty()             ? "no body"
                           : answer.rpc_code != 0   ? "a JSON-RPC error"
                           : base::parse_json(body) ? "JSON that is no JSON-RPC error"
                                                    : "text";
  const bool leaks = tells_too_much(body);
  probe.note("body_of_429",
             fmt::format(R"({{"form":{},"internals":{}}})", base::json_string(form), leaks));
  return Finding::met(form + (leaks ? " that tells of the inside" : ""));
}

const check::Suite guesses_cases{
    "ratelimit",
    check::modes::protected_http(),
    {
        {.id = "failed-auth-limited",
         .title = "guessing credentials is limited",
         .sends = "Up to 200 requests (or the declared burst and a fifth more) with another bad "
                  "credential each.",
         .level = Level::bcp,
         .references = {{"RFC 6819", "5.1.4.2.3"}},
         .requirements = {"REF-RATE-4"},
         .needs = {.alone = true, .waits = true, .loud = true, .setting = "rate-limit"},
         .faults = {"rate-limit.failures-free"},
         .why = "A limit that counts only who got in leaves guessing free, and every guess costs "
                "the server a verification.",
         .fix = "Count refused credentials by address, before they are looked at.",
         .run = suites::rested(guesses_limited)},
        {.id = "good-after-bad",
         .title = "good credentials are served while somebody guesses from the same address",
         .sends = "The same between two requests with good credentials.",
         .level = Level::bcp,
         .references = {{"RFC 6819", "5.1.4.2.3"}},
         .requirements = {"REF-RATE-4"},
         .needs = {.alone = true, .waits = true, .loud = true, .setting = "rate-limit"},
         .faults = {"rate-limit.locks-out"},
         .why = "Behind one NAT or proxy anybody can lock out everybody.",
         .fix = "Let credentials pass that were good not long ago, and limit the others.",
         .run = suites::rested(good_after_bad)},
        {.id = "health-exempt",
         .title = "the health path answers while a client is limited",
         .sends = "GETs of the health path, more than the declared burst, after a client was "
                  "limited.",
         .level = Level::should,
         .references = {},
         .needs = {.alone = true, .waits = true, .loud = true, .setting = "rate-limit"},
         .faults = {"rate-limit.health"},
         .why = "A supervisor that gets 429 restarts a server that is merely busy.",
         .fix = "Leave the health path out of the limit.",
         .run = suites::rested(health_exempt)},
        {.id = "limit-rate",
         .title = "the sustained rate, measured",
         .sends = "The control's request until 429, a wait, and again until 429.",
         .level = Level::observe,
         .references = {},
         .needs = {.alone = true, .waits = true, .loud = true, .setting = "rate-limit"},
         .faults = {"rate-limit.slow"},
         .why = "A limit that recovers more slowly than it is declared refuses who keeps to it.",
         .fix = "Fill the bucket by the time that has passed, not by requests or in whole windows.",
         .run = suites::rested(rate_measured)},
        {.id = "429-body",
         .title = "what the body of a 429 says",
         .sends = "The control's request until 429.",
         .level = Level::observe,
         .references = {{"RFC 6585", "4"}},
         .needs = {.alone = true, .waits = true, .loud = true, .setting = "rate-limit"},
         .faults = {"rate-limit.leak"},
         .why = "Clients read JSON-RPC errors; strangers read keys and addresses of stores.",
         .fix = "Answer with a JSON-RPC error that says when to come back, and nothing else.",
         .run = suites::rested(body_of_429)},
    }};

}  // namespace
