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
constexpr int kRepeats = 4;
/// Of the declared rate: what a measured one may differ by.
constexpr double kSlack = 0.2;

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
  // What is limited just now may be granted a moment later.
  for (int i = 0; i < kRepeats; ++i) {
    const Burst burst = guess(probe);
    const wire::Exchange after = suites::ask_once(probe, good);
    probe.decisive(after, after.status() != 200);
    if (after.status() != 200) {
      return Finding::broken("good credentials that were used before are served",
                             fmt::format("{} after {} guesses", after.status(), burst.sent),
                             "whoever sends bad credentials shuts out who shares his address");
    }
    if (burst.limited == 0) return Finding::met("served; guesses are not limited");
  }
  return Finding::met("served while guesses are limited");
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
  const double declared = probe.target().rate_limit->per_second;
  const Credential credential = probe.good_credential();
  const Burst first = suites::exhaust(probe, credential);
  if (first.limited == 0) {
    return Finding::undecided("the limit could not be reached: " + first.summary());
  }
  const suites::Recovery recovery = suites::watch_recovery(probe, credential);
  const auto& limit = *probe.target().rate_limit;
  if (recovery.seconds == 0 && recovery.watched < 2 * limit.burst / limit.per_second) {
    return Finding::undecided(
        fmt::format("the limit did not recover twice within {:.0f} s", recovery.watched));
  }
  const double measured = recovery.per_second();
  probe.note("sustained_rate",
             fmt::format(R"({{"measured":{:.3g},"declared":{:.3g}}})", measured, declared));
  const std::string actual = measured > declared * (1 + kSlack)   ? "faster than declared"
                             : measured < declared * (1 - kSlack) ? "slower than declared"
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
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6819", "5.1.4.2.3"}},
         .requirements = {"REF-RATE-4"},
         .needs = suites::limited(),
         .faults = {"rate-limit.failures-free"},
         .why = "A limit that counts only who got in leaves guessing free, and every guess costs "
                "the server a verification.",
         .fix = "Count refused credentials by address, before they are looked at.",
         .run = suites::at_limit(guesses_limited)},
        {.id = "good-after-bad",
         .title = "good credentials are served while somebody guesses from the same address",
         .sends = "The same between two requests with good credentials.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6819", "5.1.4.2.3"}},
         .requirements = {"REF-RATE-4"},
         .needs = suites::limited(),
         .faults = {"rate-limit.locks-out"},
         .why = "Behind one NAT or proxy anybody can lock out everybody.",
         .fix = "Let credentials pass that were good not long ago, and limit the others.",
         .run = suites::rested(good_after_bad)},
        {.id = "health-exempt",
         .title = "the health path answers while a client is limited",
         .sends = "GETs of the health path, more than the declared burst, after a client was "
                  "limited.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {},
         .needs = suites::limited(),
         .faults = {"rate-limit.health"},
         .why = "A supervisor that gets 429 restarts a server that is merely busy.",
         .fix = "Leave the health path out of the limit.",
         .run = suites::at_limit(health_exempt)},
        {.id = "limit-rate",
         .title = "the sustained rate, measured",
         .sends = "The control's request until 429, and then four times as often as is declared "
                  "until the "
                  "rate of those that are served is known.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {},
         .needs = suites::limited(),
         .faults = {"rate-limit.slow"},
         .why = "A limit that recovers more slowly than it is declared refuses who keeps to it.",
         .fix = "Fill the bucket by the time that has passed, not by requests or in whole windows.",
         .run = suites::at_limit(rate_measured)},
        {.id = "429-body",
         .title = "what the body of a 429 says",
         .sends = "The control's request until 429.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6585", "4"}},
         .needs = suites::limited(),
         .faults = {"rate-limit.leak"},
         .why = "Clients read JSON-RPC errors; strangers read keys and addresses of stores.",
         .fix = "Answer with a JSON-RPC error that says when to come back, and nothing else.",
         .run = suites::at_limit(body_of_429)},
    }};

}  // namespace
