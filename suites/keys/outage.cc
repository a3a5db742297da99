// The issuer cannot be asked for its keys: it is down, keeps silent, or answers nonsense.
#include <fmt/core.h>

#include <atomic>
#include <thread>

#include "common/base/json.h"
#include "harness/check/case.h"
#include "suites/keys/choreography.h"

namespace suites::keys {
namespace {

using check::Finding;
using check::Level;
using check::Outcome;
using idp::Misbehaviour;
using namespace std::chrono_literals;

/// How an issuer fails.
struct Outage {
  const char* id;
  const char* when;  ///< "answers 503"
  const char* sends;
  std::vector<std::string> faults;
  std::function<void(Choreography&)> begin;
  /// What comes is a key set without keys: to believe it is no mistake.
  bool is_a_set = false;
};

Misbehaviour named(std::string name, Misbehaviour::Kind kind) {
  Misbehaviour does;
  does.kind = kind;
  does.name = std::move(name);
  return does;
}

/// What was seen of one outage.
struct Seen {
  bool fresh = false;  ///< what the server knew was of just now, and could be kept
  mcp::Answer unknown;
  milliseconds unknown_took{0};
  mcp::Answer known;
  bool asked = false;  ///< the server tried to fetch keys meanwhile
  Awaited recovered;
};

mcp::Answer ask_for_unknown(Choreography& play, const jose::Key& key, Seen& seen) {
  const auto begin = std::chrono::steady_clock::now();
  mcp::Answer answer = play.send(play.token_by(key), patience_with_issuer(play.probe().context()));
  seen.unknown_took =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  return answer;
}

/// With it the server may keep what it knows for longer than the outage.
constexpr const char* kKept = "max-age=600";

/// A token by a key that the server knows.
struct Known {
  jose::Recipe token;
  bool fresh = false;  ///< it was told so just now, and that it may keep it
};

/// Sees to it that no other reason to fetch keys comes up than an unknown one.
Known make_known(Choreography& play) {
  // A server of the case's own was started with such a set, and has looked for nothing yet.
  if (play.probe().context().is_another()) return {play.probe().good(), true};
  play.cache(kKept);
  const jose::Key key = play.make_key();
  play.publish(key);
  const bool fresh = play.takes_up(key, kMaxAge).happened;
  return {fresh ? play.token_by(key) : play.probe().good(), fresh};
}

Seen live_through(Choreography& play, const Outage& outage) {
  Seen seen;
  const Known known = make_known(play);
  seen.fresh = known.fresh;
  const jose::Key unknown = play.make_key();
  play.publish(unknown);
  const std::uint64_t since = play.now();
  outage.begin(play);
  seen.unknown = ask_for_unknown(play, unknown, seen);
  // Connections that are refused leave no trace at the issuer.
  const auto asked = [&] { return play.asked(since) || !play.leaves_traces(); };
  seen.asked = asked();
  if (!seen.asked && seen.unknown.kind != mcp::Kind::result && play.may_wait_long() &&
      play.wait_for_attention()) {
    seen.unknown = ask_for_unknown(play, unknown, seen);
    seen.asked = asked();
  }
  seen.known = play.send(known.token);
  play.end_outage();
  seen.recovered = play.takes_up(unknown);
  return seen;
}

Finding unverified(Choreography& play, const Outage& outage, const Seen& seen) {
  play.probe().decisive(seen.unknown.exchange, true);
  Finding finding = Finding::broken(
      "a token by a key that the server cannot know is refused",
      fmt::format("{}: {}", outage.when, seen.unknown.summary()),
      "whoever keeps the server from its issuer gets in with tokens of his own making");
  finding.outcome = Outcome::accepted;
  finding.cause = "tokens are not verified while the issuer is down";
  return finding;
}

Finding misrefused(Choreography& play, const Outage& outage, const Seen& seen, std::string reason) {
  play.probe().decisive(seen.unknown.exchange, true);
  Finding finding = Finding::broken(
      "503, or 401",
      fmt::format("{}: {} {}", outage.when, seen.unknown.summary(), in_words(seen.unknown_took)),
      std::move(reason));
  finding.outcome = Outcome::misrefused;
  finding.cause = "an outage of the issuer breaks the server";
  return finding;
}

/// Of what was answered to a token by a key that cannot be fetched; nothing where it is in order.
std::optional<Finding> judge_unknown(Choreography& play, const Outage& outage, const Seen& seen) {
  const int status = seen.unknown.status();
  if (seen.unknown.kind == mcp::Kind::result) return unverified(play, outage, seen);
  if (may_give_up(seen.unknown, play.probe().context())) {
    return Finding::skipped(seen.unknown.summary() + ", and --quick does not wait longer");
  }
  if (status == 0) {
    Finding finding = misrefused(play, outage, seen, unanswered(seen.unknown));
    if (gave_up(seen.unknown)) finding.impact = check::Impact::failure;
    return finding;
  }
  // Gateways say these of what is behind them.
  const bool gateway = status == 502 || status == 503 || status == 504;
  if (status < 500 || gateway) return std::nullopt;
  return misrefused(play, outage, seen, "an outage of the issuer ends in an unhandled error");
}

std::string briefly(const mcp::Answer& answer) {
  if (answer.kind == mcp::Kind::result) return "accepted";
  return answer.status() == 0 ? "no answer" : fmt::format("refused ({})", answer.status());
}

std::string fact(const Seen& seen) {
  const std::string recovers =
      seen.recovered.happened ? in_words(seen.recovered.after) : "not within the wait";
  return fmt::format(R"({{"unknown_key":{},"known_key":{},"recovers":{}}})",
                     base::json_string(seen.asked ? briefly(seen.unknown) : "not asked for"),
                     base::json_string(briefly(seen.known)), base::json_string(recovers));
}

Finding judge(Choreography& play, const Outage& outage, const Seen& seen) {
  if (auto finding = judge_unknown(play, outage, seen)) return *finding;
  if (!seen.asked) {
    return Finding::undecided(
        play.quick() ? "the server did not ask for keys; --quick does not wait until it does"
                     : "the server did not ask for keys while its issuer was failing");
  }
  const bool kept = seen.known.kind == mcp::Kind::result;
  if (!kept && seen.fresh && !outage.is_a_set) {
    play.probe().decisive(seen.known.exchange, true);
    Finding finding = Finding::broken(
        "tokens by a key that the server knows, and may keep for ten minutes, are accepted",
        fmt::format("{}: {}", outage.when, seen.known.summary()),
        "the first failure of the issuer shuts out everybody");
    finding.cause = "known keys are dropped when a fetch fails";
    return finding;
  }
  if (!seen.recovered.happened) {
    Finding finding = play.not_taken_up(seen.recovered, "after the outage, a token by a new key");
    if (finding.kind == Finding::Kind::broken) finding.cause = "no recovery without a restart";
    return finding;
  }
  return Finding::met(fmt::format("unknown key: {}; known key: {}; after the outage accepted {}",
                                  seen.unknown.summary(), kept ? "accepted" : seen.known.summary(),
                                  in_words(seen.recovered.after)));
}

check::Body suffers(const Outage& outage) {
  return choreographed(
      [outage](Choreography& play) {
        const Seen seen = live_through(play, outage);
        play.probe().note("outage_" + std::string(outage.id).substr(sizeof("outage-") - 1),
                          fact(seen));
        return judge(play, outage, seen);
      },
      Pace::prompt, kKept);
}

std::vector<Outage> outages() {
  const auto answers = [](int status, std::string body, std::string type) {
    return [=](Choreography& play) {
      Misbehaviour does = Misbehaviour::answer(status, body, type);
      does.name = "outage";
      play.misbehave(does, status != 200);
    };
  };
  const auto does = [](Misbehaviour::Kind kind, bool everywhere, milliseconds span,
                       std::size_t bytes) {
    return [=](Choreography& play) {
      Misbehaviour one = named("outage", kind);
      one.span = span;
      one.bytes = bytes;
      play.misbehave(one, everywhere);
    };
  };
  using Kind = Misbehaviour::Kind;
  return {
      {"outage-503",
       "the issuer answers 503",
       "Tokens by a known and by a new key, while the issuer answers 503.",
       {"keys.outage-500", "keys.outage-open", "keys.evicted-by-failure", "keys.never-again"},
       answers(503, R"({"error":"temporarily_unavailable"})", "application/json")},
      {"outage-timeout",
       "the issuer keeps silent",
       "Tokens by a known and by a new key, while the issuer takes requests and does not answer.",
       {"keys.no-timeout", "keys.outage-500", "keys.outage-open"},
       [](Choreography& play) {
         // A little longer than we wait ourselves.
         Misbehaviour stall =
             Misbehaviour::stall(patience_with_issuer(play.probe().context()) + 1'000ms);
         stall.name = "outage";
         play.misbehave(stall, /*everywhere=*/true);
       }},
      {"outage-refused",
       "connections to the issuer are refused",
       "Tokens by a known and by a new key, while nobody listens where the issuer was.",
       {"keys.outage-500", "keys.outage-open", "keys.evicted-by-failure"},
       [](Choreography& play) { play.close_port(); }},
      {"outage-reset",
       "the issuer resets connections",
       "Tokens by a known and by a new key, while the issuer resets each connection.",
       {"keys.outage-500", "keys.outage-open", "keys.evicted-by-failure"},
       does(Kind::reset, true, 0ms, 0)},
      {"outage-html",
       "a page of HTML comes instead of the key set",
       "Tokens by a known and by a new key, while the key set is a page about maintenance, with "
       "200.",
       {"keys.emptied-by-garbage", "keys.evicted-by-failure", "keys.outage-500"},
       answers(200, "<!doctype html><title>Maintenance</title>", "text/html")},
      {"outage-truncated",
       "the key set breaks off",
       "Tokens by a known and by a new key, while the key set ends in the middle.",
       {"keys.evicted-by-failure", "keys.outage-500"},
       does(Kind::truncate, false, 0ms, 24)},
      {"outage-empty",
       "the key set has no keys",
       "Tokens by a known and by a new key, while the key set is an empty one.",
       {"keys.outage-500", "keys.outage-open"},
       answers(200, R"({"keys":[]})", "application/json"),
       /*is_a_set=*/true},
      {"outage-huge",
       "the key set has 5 MB",
       "Tokens by a known and by a new key, while the key set is five million blanks long.",
       {"keys.outage-500", "keys.outage-open"},
       does(Kind::huge, false, 0ms, 5'000'000),
       /*is_a_set=*/true},
  };
}

std::vector<check::Case> outage_cases() {
  std::vector<check::Case> cases;
  for (const Outage& outage : outages()) {
    cases.push_back(
        {.id = outage.id,
         .title = fmt::format("while {}, nothing unverified is accepted and what is known works",
                              outage.when),
         .sends = outage.sends,
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-636", ""}, {"OIDC Core", "10.1.1"}},
         .requirements = {"REF-KEYS-5"},
         .needs = {.issuer = true, .own_server = true, .loud = true},
         .faults = outage.faults,
         .why = "Issuers fail. A server that opens then is opened by whoever makes them fail; one "
                "that drops what it knows, or needs a restart, makes their minute its own hour.",
         .fix = "Keep the last good keys, refuse what they do not verify with 503 or 401, bound "
                "every fetch in time and size, and try again soon.",
         .run = suffers(outage)});
  }
  return cases;
}

/// How long the key set takes to come, where it is slow.
constexpr milliseconds kSlow{2'500};

/// How long the control took while the keys were fetched, and how long these took.
struct Meanwhile {
  bool asked = false;                   ///< the server did fetch keys
  std::optional<milliseconds> control;  ///< nothing: we came too late
  milliseconds fetch{0};
};

Meanwhile serve_meanwhile(Choreography& play) {
  const jose::Key key = play.make_key();
  play.publish(key);
  const jose::Recipe token = play.token_by(key);
  const std::string text = play.probe().mint(token);
  const std::uint64_t since = play.now();
  check::Probe& probe = play.probe();
  wire::Connection connection = probe.context().connect();
  check::Probe other(probe.context(), probe.subject(), connection, probe.limit());
  const auto clock = [] { return std::chrono::steady_clock::now(); };
  const auto begin = clock();
  std::atomic<bool> ended{false};
  std::chrono::steady_clock::time_point end;
  Meanwhile seen;
  {
    const std::jthread waiting([&] {
      other.send({.credential = other.carry(text)});
      end = clock();
      ended = true;
    });
    const auto deadline = base::Deadline::after(kSlow);
    while (!ended && play.fetches(since) == 0 && !deadline.passed()) {
      std::this_thread::sleep_for(2ms);
    }
    if (!ended && play.fetches(since) > 0) {
      const auto sent = clock();
      const bool accepted = probe.control_accepted();
      const auto span = std::chrono::duration_cast<milliseconds>(clock() - sent);
      seen.control = accepted ? span : kSlow;
    }
  }
  seen.asked = play.fetches(since) > 0;
  seen.fetch = std::chrono::duration_cast<milliseconds>(end - begin);
  return seen;
}

Finding hold_up(Choreography& play) {
  make_known(play);
  Misbehaviour late = named("delay", Misbehaviour::Kind::delay);
  late.span = kSlow;
  play.misbehave(late);
  std::string seen;
  // A machine that is busy may make one answer late, hardly three.
  for (int i = 0; i < 3; ++i) {
    const Meanwhile meanwhile = serve_meanwhile(play);
    if (!meanwhile.asked) {
      const Finding asleep = Finding::undecided("the server does not look for new keys just now");
      if (i > 0 || !play.patient() || !play.wait_for_attention()) return asleep;
      continue;
    }
    if (meanwhile.control) {
      seen = fmt::format(
          "a token by a known key took {} ms, while one that waited for the key set "
          "took {} ms",
          meanwhile.control->count(), meanwhile.fetch.count());
      if (*meanwhile.control < meanwhile.fetch / 2) return Finding::met(seen);
    }
    if (!play.probe().wait(1'100ms, "once more, to be sure")) break;
  }
  if (seen.empty()) return Finding::undecided("the server gave up before we could look");
  return Finding::broken("others are served while keys are fetched", seen,
                         "one token with an unknown kid holds up everybody, as long as the issuer "
                         "is slow");
}

Finding slow(Choreography& play) {
  Finding finding = hold_up(play);
  // The server may believe for a while that its issuer is down.
  play.end_outage();
  const jose::Key key = play.make_key();
  play.publish(key);
  play.takes_up(key, kMaxAge);
  return finding;
}

const check::Suite outage_suite{"keys", {check::Mode::oauth}, outage_cases()};

const check::Suite slow_cases{
    "keys",
    {check::Mode::oauth},
    {
        {.id = "jwks-slow",
         .title = "while the key set is slow to come, others are served",
         .sends = "A good token, while the server waits seconds for keys for another.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-400", ""}, {"CWE-667", ""}},
         .requirements = {"REF-KEYS-5"},
         .needs = {.issuer = true, .own_server = true, .loud = true},
         .faults = {"keys.stall-blocks"},
         .why = "Whoever sends tokens with unknown kids decides when the server fetches keys. If "
                "everybody waits for that, a slow issuer is a dead server.",
         .fix = "Fetch without holding the lock that requests need, and serve those whose keys are "
                "there.",
         .run = choreographed(slow, Pace::prompt, kKept)},
    }};

}  // namespace
}  // namespace suites::keys
