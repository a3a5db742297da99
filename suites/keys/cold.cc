// A server that has just started, and an issuer that is out of reach just then, or asked by many at
// once. Each case starts a server of its own.
#include <fmt/core.h>

#include <algorithm>
#include <latch>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "harness/check/another.h"
#include "harness/check/probe.h"
#include "mock-idp/idp/provider.h"
#include "suites/keys/choreography.h"

namespace suites::keys {
namespace {

using check::Another;
using check::Finding;
using check::Level;
using check::Probe;
using std::chrono::milliseconds;

// Recovery.

constexpr milliseconds kPause{500};
constexpr milliseconds kQuickRecovery{6'000};
/// Many clients ask no more for half a minute after a failure.
constexpr std::chrono::seconds kUsualRecovery{90};
/// No case waits longer, whatever is declared.
constexpr std::chrono::seconds kLongestRecovery{600};

struct Recovery {
  bool accepted = false;
  milliseconds after{0};
  std::size_t fetches = 0;  ///< of the key set, since the issuer was back
  mcp::Answer last;
};

milliseconds longest_recovery(const check::Context& context) {
  if (context.options().quick) return kQuickRecovery;
  if (context.options().shared_clock != nullptr) return kLongerThanAnyCache;
  const auto declared = context.target().profile.key_cache_ttl.value_or(kUsualRecovery);
  return std::clamp(declared, kUsualRecovery, kLongestRecovery);
}

/// How long it takes until a good token is accepted; the longer it takes, the more seldom it is
/// tried.
Recovery recover(Another& fresh) {
  Probe& probe = fresh.probe();
  const std::size_t before = fresh.key_fetches();
  const milliseconds most = longest_recovery(probe.context());
  Recovery recovery;
  for (milliseconds pause{0};; recovery.after += pause) {
    if (pause > milliseconds{0} &&
        !probe.wait(pause, "the issuer is back, and the server has to notice")) {
      break;
    }
    recovery.last =
        probe.send({.credential = probe.carry(probe.mint(probe.good())), .own_session = true});
    recovery.accepted = recovery.last.kind == mcp::Kind::result;
    if (recovery.accepted || recovery.after >= most) break;
    pause = std::max(kPause, recovery.after / 8);
  }
  recovery.fetches = fresh.key_fetches() - before;
  return recovery;
}

// The ways in which an issuer is out of reach.

struct ColdOutage {
  const char* name;
  const char* title;  ///< "answers 503"
  const char* kind;   ///< of the provider's faults; null: nobody listens
};

constexpr ColdOutage kColdOutages[] = {
    {"503", "answers 503", "status"},
    {"timeout", "keeps silent", "stall"},
    {"refused", "refuses connections", nullptr},
    {"reset", "resets connections", "reset"},
    {"garbage", "answers with a page", "garbage"},
};

base::Result<void> begin(Another& fresh, const ColdOutage& outage) {
  if (outage.kind == nullptr) {
    fresh.provider().close_port();
    return {};
  }
  std::string more;
  if (std::string_view(outage.kind) == "stall") {
    // A little longer than we wait ourselves.
    const auto patience = patience_with_issuer(fresh.judge().context());
    more = fmt::format(R"(,"seconds":{})",
                       std::chrono::ceil<std::chrono::seconds>(patience).count() + 1);
  }
  const auto planted = fresh.provider().control(
      "POST /faults", fmt::format(R"({{"endpoint":"*","kind":"{}"{}}})", outage.kind, more));
  if (!planted) return tl::unexpected(planted.error());
  return {};
}

base::Result<void> end(Another& fresh, const ColdOutage& outage) {
  if (outage.kind == nullptr) return fresh.provider().open_port();
  const auto removed = fresh.provider().control("DELETE /faults");
  if (!removed) return tl::unexpected(removed.error());
  return {};
}

constexpr const char* kExpected = "503 or 401";

/// What is wrong with an answer to a token that cannot be verified at present.
Finding judge_outage(const mcp::Answer& answer) {
  const int status = answer.status();
  const std::string actual = answer.summary();
  if (answer.kind == mcp::Kind::result || (status >= 200 && status < 300)) {
    Finding finding = Finding::broken(
        kExpected, actual, "the token was believed although no key was there to verify it");
    finding.outcome = check::Outcome::accepted;
    return finding;
  }
  Finding finding = Finding::met(actual);
  if (status == 0) {
    finding = Finding::broken(kExpected, actual, unanswered(answer));
    if (gave_up(answer)) finding.impact = check::Impact::failure;
    finding.cause = "an outage of the issuer breaks the server";
  } else if (status == 500 || status == 501) {
    finding =
        Finding::broken(kExpected, actual, "the outage of the issuer ends in an unhandled error");
    finding.cause = "an outage of the issuer breaks the server";
  }
  finding.outcome = finding.ok() ? check::Outcome::refused : check::Outcome::misrefused;
  return finding;
}

/// What the server asked its issuer for; nothing of it is seen where nobody listens.
bool asked_issuer(Another& fresh, const ColdOutage& outage) {
  return outage.kind == nullptr ||
         fresh.provider().journal().count([](const idp::Entry&) { return true; }) > 0;
}

/// The server ended while the issuer was away: that is as safe as can be, if that is why. One that
/// is only late may wait for its issuer or for the machine.
Finding judge_no_start(Another& fresh, const ColdOutage& outage, const check::NoStart& failure) {
  const bool asked = asked_issuer(fresh, outage);
  if (auto ended = end(fresh, outage); !ended) return Finding::failed(ended.error().message);
  if (failure.kind != check::NoStart::Kind::ended) {
    return Finding::undecided("whether it waits for its issuer or for the machine is not known: " +
                              failure.message);
  }
  if (!asked) {
    return Finding::undecided("the server ended without having asked its issuer: " +
                              failure.message);
  }
  if (!fresh.start()) {
    return Finding::undecided("a second server could not be started: " + failure.message);
  }
  return Finding::met("ends when it is started without its issuer");
}

/// Good tokens are still refused.
Finding judge_no_recovery(Another& fresh, const Recovery& recovery) {
  Probe& probe = fresh.probe();
  if (probe.context().cancelled()) return Finding::undecided("the run was ended");
  const std::string seen = fmt::format(
      "{} {:.0f} s after, in which the server asked for keys {} times", recovery.last.summary(),
      std::chrono::duration<double>(recovery.after).count(), recovery.fetches);
  if (probe.context().options().quick) {
    return Finding::skipped(seen + "; --quick does not wait longer");
  }
  const auto pause = probe.target().profile.key_cache_ttl.value_or(kLongerThanAnyCache);
  if (recovery.fetches == 0 && recovery.after < pause) {
    return settled(
        needs_declaration(seen + ". Some clients do not ask again for minutes after a failure"));
  }
  probe.decisive(recovery.last.exchange, true);
  return Finding::broken("good tokens are accepted once the issuer is back", seen,
                         "an outage of its issuer while it starts keeps the server out of use for "
                         "longer, or until it is started anew");
}

Finding judge_recovery(Another& fresh, const ColdOutage& outage, const mcp::Answer& during) {
  const Recovery recovery = recover(fresh);
  if (!recovery.accepted) return judge_no_recovery(fresh, recovery);
  const auto seconds = std::chrono::duration<double>(recovery.after).count();
  fresh.judge().note(
      fmt::format("cold_outage_{}", outage.name),
      fmt::format(R"({{"answer":{},"recovered_after_s":{:.1f}}})", during.status(), seconds));
  return Finding::met(
      fmt::format("{}; good tokens accepted {:.1f} s after", during.summary(), seconds));
}

Finding judge_cold(Another& fresh, const ColdOutage& outage) {
  if (auto begun = begin(fresh, outage); !begun) return Finding::failed(begun.error().message);
  if (auto started = fresh.start(); !started) {
    return judge_no_start(fresh, outage, started.error());
  }
  Probe& probe = fresh.probe();
  const auto answer = probe.send({.credential = probe.carry(probe.mint(probe.good())),
                                  .own_session = true,
                                  .patience = patience_with_issuer(probe.context())});
  if (may_give_up(answer, probe.context())) {
    return Finding::skipped(answer.summary() + ", and --quick does not wait longer");
  }
  const Finding finding = judge_outage(answer);
  probe.decisive(answer.exchange, !finding.ok());
  if (auto ended = end(fresh, outage); !ended) return Finding::failed(ended.error().message);
  return finding.ok() ? judge_recovery(fresh, outage, answer) : finding;
}

check::Case cold_outage(const ColdOutage& outage) {
  check::Case one{
      .id = fmt::format("cold-outage-{}", outage.name),
      .title = fmt::format("a server that starts while its issuer {} believes nobody, says so, and "
                           "recovers",
                           outage.title),
      .sends =
          fmt::format("A good token to a server that has just started, while its issuer {}; the "
                      "same once the issuer is back.",
                      outage.title),
      .level = Level::bcp,
      .attacker = check::Attacker::anyone,
      .references = {{"MCP", "token-handling"}, {"RFC 9110", "15.6.4"}, {"CWE-636", ""}},
      .requirements = {"RS-08", "REF-COLD-1"},
      .needs = {.issuer = true, .spawned = true, .own_server = true},
      .faults = {"keys.outage-open", "keys.outage-500", "keys.never-again"},
      .why =
          "Whoever keeps a server from its issuer must not be let in by that, and must not keep it "
          "down for longer than the outage.",
      .fix =
          "Answer 503 as long as there are no keys, and ask for them again with a later request.",
      .run = check::on_another([outage](Another& fresh) { return judge_cold(fresh, outage); })};
  if (one.id == "cold-outage-timeout") one.faults.emplace_back("keys.no-timeout");
  return one;
}

// Many at once.

constexpr int kFirstTokens = 50;
constexpr std::size_t kFewColdFetches = 5;

/// Sends the same good request on so many connections at once; gives how many were accepted.
int send_herd(Another& fresh, mcp::Answer& refused) {
  Probe& probe = fresh.probe();
  std::mutex mutex;
  int accepted = 0;
  std::vector<std::jthread> herd;
  std::latch ready{kFirstTokens};
  for (int i = 0; i < kFirstTokens; ++i) {
    const check::Credential credential = probe.carry(probe.mint(probe.good()));
    herd.emplace_back([&, credential] {
      wire::Connection connection = fresh.connect();
      const auto one = fresh.one_more(connection);
      ready.arrive_and_wait();
      auto answer = one->send({.credential = credential, .own_session = true});
      const std::lock_guard lock(mutex);
      if (answer.kind == mcp::Kind::result) {
        ++accepted;
      } else {
        refused = std::move(answer);
      }
    });
  }
  herd.clear();
  return accepted;
}

/// So that all of the herd come before the first answer does, however fast the issuer is.
std::string hold_back_keys(Another& fresh) {
  idp::PlantedFault fault;
  fault.endpoint = "jwks";
  fault.does.kind = idp::Misbehaviour::Kind::delay;
  fault.does.span = kHerdDelay;
  fault.does.name = "delay";
  return fresh.provider().provider().faults.plant(std::move(fault));
}

Finding judge_herd(Another& fresh) {
  int accepted = 0;
  std::size_t fetches = 0;
  mcp::Answer refused;
  // A server is not blamed for having waited for our issuer, or for a busy machine: where it turns
  // some away, it is tried once more without the delay.
  std::string held;
  for (const bool hold : {true, false}) {
    if (auto started = fresh.start(); !started) {
      return Finding::undecided("a second server could not be started: " + started.error().message);
    }
    const std::size_t before = fresh.key_fetches();
    if (hold) {
      held = hold_back_keys(fresh);
    } else {
      fresh.provider().provider().faults.remove(held);
    }
    accepted = send_herd(fresh, refused);
    fetches = fresh.key_fetches() - before;
    if (accepted == kFirstTokens) break;
  }
  fresh.judge().note("cold_herd", fmt::format(R"({{"tokens":{},"accepted":{},"key_fetches":{}}})",
                                              kFirstTokens, accepted, fetches));
  const std::string actual = fmt::format("{} of {} accepted, the keys were fetched {} times",
                                         accepted, kFirstTokens, fetches);
  if (accepted < kFirstTokens) {
    fresh.judge().decisive(refused.exchange, true);
    return Finding::broken("all are accepted", actual,
                           "who comes first after a start is turned away: " + refused.summary());
  }
  if (fetches <= kFewColdFetches) return Finding::met(actual);
  return Finding::broken(fmt::format("the keys are fetched {} times at most", kFewColdFetches),
                         actual,
                         "every restart under load hits the issuer with one request per client");
}

std::vector<check::Case> cold_starts() {
  std::vector<check::Case> cases = {
      {.id = "cold-herd",
       .title = "the first tokens after a start are accepted, all at once, and few fetch the keys",
       .sends = "50 good tokens on as many connections at once, to a server that has just started.",
       .level = Level::bcp,
       .attacker = check::Attacker::none,
       .references = {{"OIDC Core", "10.1.1"}, {"CWE-405", ""}},
       .requirements = {"REF-COLD-2"},
       .needs = {.issuer = true, .spawned = true, .own_server = true, .loud = true},
       .faults = {"keys.no-single-flight"},
       .why =
           "After a restart a busy server floods its issuer, which may limit it, and then nobody "
           "gets in.",
       .fix = "Let one request fetch the keys and the others wait for it.",
       .run = check::on_another(judge_herd)}};
  for (const ColdOutage& outage : kColdOutages) cases.push_back(cold_outage(outage));
  return cases;
}

const check::Suite cold_cases{"keys", {check::Mode::oauth}, cold_starts()};

}  // namespace
}  // namespace suites::keys
