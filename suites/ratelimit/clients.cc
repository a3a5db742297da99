// The limit of one client: that there is one, that it ends, and that it is nobody else's.
#include <fmt/core.h>

#include <algorithm>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/second_caller.h"
#include "suites/ratelimit/limited.h"

namespace {

using check::Credential;
using check::Finding;
using check::Level;
using check::Probe;
using suites::Burst;
using suites::Meanwhile;

Finding not_limited(const Burst& burst) {
  return Finding::undecided("the limit could not be reached: " + burst.summary());
}

/// Why it is not known what becomes of others while a client is limited.
Finding untold(const Meanwhile& others) {
  if (others.burst.limited == 0) return not_limited(others.burst);
  return Finding::undecided("the server answers so slowly that the limit recovers meanwhile");
}

Finding exceeded(Probe& probe) {
  const auto& limit = *probe.target().rate_limit;
  const Burst burst = suites::exhaust(probe, probe.good_credential());
  const std::string expected = fmt::format("{} requests at once are served, then 429", limit.burst);
  probe.decisive(burst.broken > 0 ? burst.last_broken : burst.last);
  if (burst.broken > 0) {
    return Finding::broken(expected, burst.summary(), "asking too often breaks the server");
  }
  if (burst.limited == 0) {
    return Finding::broken(expected, burst.summary(), "the declared limit is not kept");
  }
  // One for whoever counts the request that is being made.
  if (burst.until_first + 1 < static_cast<int>(limit.burst)) {
    return Finding::broken(expected, fmt::format("429 after {} requests", burst.until_first),
                           "less than the declared burst is served");
  }
  return Finding::met(fmt::format("429 after the declared burst"));
}

Finding says_when(Probe& probe) {
  const Burst burst = suites::exhaust(probe, probe.good_credential());
  if (burst.limited == 0) return not_limited(burst);
  probe.decisive(burst.last_limited);
  const std::string* field = burst.last_limited.response->header("Retry-After");
  const std::string actual = field == nullptr ? "no Retry-After" : "Retry-After: " + *field;
  const auto span =
      suites::retry_after(burst.last_limited, probe.context().provider().clock().now());
  if (span && *span >= std::chrono::seconds{1} && *span <= std::chrono::hours{1}) {
    return Finding::met("Retry-After is there");
  }
  return Finding::broken("Retry-After with seconds or a date, within the hour", actual,
                         "clients have to guess when to come back");
}

Finding recovers(Probe& probe) {
  const auto& limit = *probe.target().rate_limit;
  const Burst burst = suites::exhaust(probe, probe.good_credential());
  if (burst.limited == 0) return not_limited(burst);
  const auto told =
      suites::retry_after(burst.last_limited, probe.context().provider().clock().now());
  const auto by_rate = std::chrono::seconds(static_cast<long long>(1 / limit.per_second) + 1);
  const auto span =
      std::clamp(told.value_or(by_rate), std::chrono::seconds{1}, std::chrono::seconds{180});
  if (!probe.wait(span, "the server said when to come back")) {
    return Finding::undecided("the run was ended");
  }
  const wire::Exchange after = suites::ask_once(probe, probe.good_credential());
  probe.decisive(after, after.status() != 200);
  if (after.status() == 200) return Finding::met("served again");
  return Finding::broken(fmt::format("served again after {} s", span.count()),
                         fmt::format("{}", after.status()),
                         "a client that does what it is told stays shut out");
}

Finding per_client(Probe& probe) {
  const auto other = check::credential_of_another(probe, "limit-bob");
  if (!other) return Finding::skipped(check::kNoSecondCaller);
  if (probe.target().rate_limit->per == "address") {
    return Finding::skipped("the limit is declared for addresses, and we have one only");
  }
  const Meanwhile others = suites::meanwhile(probe, probe.good_credential(),
                                             [&](int) { return suites::ask_once(probe, *other); });
  if (!others.limited) return untold(others);
  probe.decisive(others.last, *others.limited);
  if (!*others.limited) return Finding::met("another client is served meanwhile");
  return Finding::broken("another client is served", "429",
                         "one client uses up what all others are to have");
}

/// Requests of the same client, each from somewhere else by its own account.
Finding not_spoofable(Probe& probe) {
  const Credential credential = probe.good_credential();
  int address = 0;
  const Meanwhile others = suites::meanwhile(probe, credential, [&](int) {
    const std::string from = fmt::format("203.0.113.{}", ++address);
    return suites::ask_once(
        probe, credential,
        {{"X-Forwarded-For", from}, {"X-Real-IP", from}, {"Forwarded", "for=" + from}});
  });
  if (!others.limited) return untold(others);
  probe.decisive(others.last);
  if (*others.limited) return Finding::met("still limited");
  return Finding::broken("still 429", fmt::format("{} of {} served", others.served, others.sent),
                         "with a new X-Forwarded-For for each request nobody is limited");
}

Finding refresh_evades(Probe& probe) {
  const Credential fresh = probe.carry(probe.mint(probe.good()));
  const Meanwhile others = suites::meanwhile(probe, probe.good_credential(),
                                             [&](int) { return suites::ask_once(probe, fresh); });
  if (!others.limited) return untold(others);
  probe.decisive(others.last);
  const bool evades = !*others.limited;
  probe.note("new_token_evades_limit", evades ? "true" : "false");
  return Finding::met(evades ? "a new token of the same subject is served"
                             : "a new token of the same subject is limited as well");
}

constexpr const char* kOneClient =
    "The control's request, one and a fifth times as often as the declared burst.";

const check::Suite clients_cases{
    "ratelimit",
    check::modes::protected_http(),
    {
        {.id = "exceeded",
         .title = "the declared burst is served, and 429 comes after it",
         .sends = kOneClient,
         .level = Level::profile,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6585", "4"}},
         .requirements = {"REF-RATE-1"},
         .needs = suites::limited(),
         .faults = {"rate-limit.skip", "rate-limit.small-burst", "rate-limit.server-error"},
         .why = "Without the limit one client takes the server from all others; with less than is "
                "promised, clients that keep to it are refused.",
         .fix = "Count each client's requests in a token bucket of the declared size and rate.",
         .run = suites::rested(exceeded)},
        {.id = "retry-after",
         .title = "a 429 says when to come back",
         .sends = "The same; the 429 is looked at.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6585", "4"}, {"RFC 9110", "10.2.3"}},
         .requirements = {"REF-RATE-2"},
         .needs = suites::limited(),
         .faults = {"rate-limit.no-retry-after", "rate-limit.retry-after-words"},
         .why = "Clients that have to guess come back too soon, all together.",
         .fix = "Send Retry-After with the whole seconds until the next request is granted.",
         .run = suites::at_limit(says_when)},
        {.id = "recovers",
         .title = "a client that waits as long as it was told is served again",
         .sends = "The same, and after Retry-After the control's request once more.",
         .level = Level::profile,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "10.2.3"}},
         .requirements = {"REF-RATE-2"},
         .needs = suites::limited(),
         .faults = {"rate-limit.penalty"},
         .why = "Clients that do as they are told stay shut out.",
         .fix = "Compute Retry-After from the bucket that refused, rounded up.",
         .run = suites::at_limit(recovers)},
        {.id = "per-client",
         .title = "while one client is limited, another one is served",
         .sends = "The same, then a request with good credentials of another client.",
         .level = Level::profile,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6585", "4"}},
         .requirements = {"REF-RATE-1"},
         .needs = suites::limited(),
         .faults = {"rate-limit.global"},
         .why = "One client that is out of hand, or means it, shuts out everybody.",
         .fix = "Keep a bucket for each key, subject or address.",
         .run = suites::at_limit(per_client)},
        {.id = "key-not-spoofable",
         .title = "a limited client is not served for a new X-Forwarded-For",
         .sends = "The same, then requests with X-Forwarded-For, X-Real-IP and Forwarded of a new "
                  "address each.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7239", "8.1"}},
         .requirements = {"REF-RATE-3"},
         .needs = suites::limited(),
         .faults = {"rate-limit.trusts-forwarded"},
         .why = "Anybody can write these fields, so the limit holds for the honest only.",
         .fix = "Take the address of the connection; believe a forwarded one only from proxies of "
                "your own.",
         .run = suites::at_limit(not_spoofable)},
        {.id = "token-refresh-evasion",
         .title = "whether a new token of the same subject is limited as well",
         .sends = "The same, then a request with a new token of the same subject.",
         .level = Level::observe,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6585", "4"}},
         .needs = suites::limited_with_issuer(),
         .faults = {"rate-limit.per-token"},
         .why = "Where each token has a limit of its own, whoever can refresh has none.",
         .fix = "Count by subject or client, not by token.",
         .run = suites::at_limit(refresh_evades)},
    }};

}  // namespace
