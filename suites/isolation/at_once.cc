// Two callers who use one JSON-RPC id at the same time.
#include <fmt/core.h>

#include <barrier>
#include <thread>

#include "harness/check/sessions.h"
#include "suites/isolation/callers.h"

namespace suites::isolation {
namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr int kRounds = 50;
/// In one go; before the next a server that limits rates is given time.
constexpr int kGo = 10;
constexpr int kMostGoes = 10;
/// With fewer rounds in which both were answered, nothing is decided.
constexpr int kEnoughRounds = 10;
/// Each loss may take as long as a request may.
constexpr int kMostLosses = 2;
constexpr int kAlone = 60;
constexpr std::chrono::seconds kToRecover{1};

/// What came of one caller's requests.
struct Tally {
  int own = 0;
  int foreign = 0;  ///< what only the other one is told
  int lost = 0;     ///< no answer, though the connection stayed open
  int limited = 0;
  int other = 0;
  mcp::Answer worst;  ///< the first foreign one, else the first loss

  void count(mcp::Answer answer, const Caller& mine, const Caller& theirs) {
    const std::string text = said(answer);
    const bool foreign_one = !text.empty() && text == theirs.own;
    // A connection that breaks says something about the link, not about whom the answer went to.
    const bool lost_one =
        answer.kind == mcp::Kind::none && answer.exchange.failure == wire::Failure::timeout;
    if (!text.empty() && text == mine.own) {
      ++own;
    } else if (foreign_one) {
      ++foreign;
    } else if (lost_one) {
      ++lost;
    } else if (answer.kind == mcp::Kind::limited) {
      ++limited;
    } else {
      ++other;
    }
    const bool first = foreign_one ? foreign == 1 : lost_one && lost == 1 && foreign == 0;
    if (first) worst = std::move(answer);
  }

  void add(const Tally& more) {
    if (foreign == 0 && (lost == 0 || more.foreign > 0)) worst = more.worst;
    own += more.own;
    foreign += more.foreign;
    lost += more.lost;
    limited += more.limited;
    other += more.other;
  }
};

struct Outcome {
  Tally a;
  Tally b;
  int rounds = 0;

  int foreign() const { return a.foreign + b.foreign; }
  int lost() const { return a.lost + b.lost; }
  int limited() const { return a.limited + b.limited; }
  /// Rounds in which both may have been answered.
  int answered() const { return std::min(a.own, b.own); }
  void add(const Outcome& more) {
    a.add(more.a);
    b.add(more.b);
    rounds += more.rounds;
  }
};

/// Both send at once, round by round, on a connection each, with one id.
class Race {
 public:
  Race(Probe& probe, const Callers& callers) : probe_(probe), callers_(callers) {
    for (int i = 0; i < kGo; ++i) {
      ids_.push_back(std::to_string(probe.context().count_exchange()));
    }
  }

  Outcome run() {
    std::thread other([this] { take_part(callers_.b, callers_.a, outcome_.b); });
    take_part(callers_.a, callers_.b, outcome_.a);
    other.join();
    outcome_.rounds = round_;
    return outcome_;
  }

 private:
  struct NextRound {
    Race& race;
    /// While both wait: so both see the same.
    void operator()() noexcept {
      const bool enough = race.outcome_.lost() >= kMostLosses ||
                          race.probe_.context().cancelled() || race.round_ == kGo;
      race.going_on_ = !enough;
      if (!enough) ++race.round_;
    }
  };

  void take_part(const Caller& mine, const Caller& theirs, Tally& tally) {
    wire::Connection connection = probe_.context().connect();
    for (;;) {
      start_.arrive_and_wait();
      if (!going_on_) return;
      const std::string& id = ids_[static_cast<std::size_t>(round_) - 1];
      // What gets lost here must not be found by asking again alone.
      tally.count(ask(probe_, connection, mine, id, check::Repeat::never), mine, theirs);
    }
  }

  Probe& probe_;
  const Callers& callers_;
  std::vector<std::string> ids_;
  Outcome outcome_;
  int round_ = 0;
  bool going_on_ = true;
  std::barrier<NextRound> start_{2, NextRound{*this}};
};

Outcome run_all(Probe& probe, const Callers& callers) {
  Outcome all;
  for (int go = 0; go < kMostGoes && all.answered() < kRounds; ++go) {
    const Outcome one = Race(probe, callers).run();
    all.add(one);
    const bool decided = all.foreign() > 0 || all.lost() >= kMostLosses;
    if (decided || probe.context().cancelled()) break;
    const bool limited = one.limited() > 0;
    if (limited && !probe.wait(kToRecover, "the server limits our rate")) break;
  }
  return all;
}

/// Whether answers get lost as well where one caller asks alone.
bool are_lost_alone(Probe& probe, const Caller& caller) {
  if (probe.context().steadiness().strays() > 0) return true;
  wire::Connection connection = probe.context().connect();
  for (int i = 0; i < kAlone && !probe.context().cancelled(); ++i) {
    const std::string id = std::to_string(probe.context().count_exchange());
    const auto answer = ask(probe, connection, caller, id, check::Repeat::never);
    if (answer.kind == mcp::Kind::none) return true;
  }
  return false;
}

Finding judge(Probe& probe, const Outcome& outcome, const Caller& caller) {
  const std::string expected = "each caller gets the answer to its own request";
  const int asked = 2 * outcome.rounds;
  if (outcome.foreign() > 0) {
    const Tally& bad = outcome.a.foreign > 0 ? outcome.a : outcome.b;
    probe.decisive(bad.worst.exchange, true);
    Finding finding = Finding::broken(
        expected,
        fmt::format("{} of {} requests got the other caller's answer", outcome.foreign(), asked),
        "callers who happen to use one JSON-RPC id read each other's data");
    finding.impact = check::Impact::exposure;
    return finding;
  }
  if (outcome.lost() >= kMostLosses && !are_lost_alone(probe, caller)) {
    if (!probe.control_accepted()) return Finding::undecided("the server stopped answering");
    const Tally& bad = outcome.a.lost > 0 ? outcome.a : outcome.b;
    probe.decisive(bad.worst.exchange, true);
    return Finding::broken(expected,
                           fmt::format("{} of {} requests got no answer", outcome.lost(), asked),
                           "one JSON-RPC id in use by two callers at once makes answers go astray");
  }
  if (outcome.answered() < kEnoughRounds) {
    return Finding::undecided(fmt::format("{} of {} requests were answered ({} got 429)",
                                          outcome.a.own + outcome.b.own, asked, outcome.limited()));
  }
  return Finding::met("each answer went to who asked");
}

Finding at_once(Probe& probe) {
  const auto callers = told_apart(probe);
  if (!callers) return Finding::skipped(callers.error().message);
  const Outcome outcome = run_all(probe, *callers);
  Finding finding = judge(probe, outcome, callers->a);
  leave(probe, *callers);
  return finding;
}

const check::Suite kAtOnceCases{
    "isolation",
    check::modes::protected_http(),
    {{.id = "one-id-at-once",
      .title = "two callers who use one JSON-RPC id at the same time get their own answers",
      .sends = "50 times at once, on two connections: a request of each of two callers with the "
               "same id, for the tool that says who is calling, or for different things.",
      .level = Level::must,
      .attacker = check::Attacker::token_holder,
      .references = {{"CVE-2026-25536", ""}, {"JSON-RPC 2.0", ""}},
      .requirements = {"REF-ISO-1"},
      .needs = {.alone = true},
      .faults = {"isolation.by-id"},
      .why = "Clients count their requests from one, so ids of different callers are the same all "
             "the time: one reads what another asked for.",
      .fix = "Keep what belongs to a request with its connection or session: a server and a "
             "transport for each client, never one for all.",
      .run = check::in_each_era(at_once)}}};

}  // namespace
}  // namespace suites::isolation
