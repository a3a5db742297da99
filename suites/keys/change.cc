// The issuer changes its keys: new ones come, old ones go.
#include <fmt/core.h>

#include <optional>

#include "harness/check/case.h"
#include "suites/keys/choreography.h"

namespace suites::keys {
namespace {

using check::Finding;
using check::Level;
using check::Outcome;
using namespace std::chrono_literals;

constexpr seconds kManyTime{120};
constexpr int kMany = 20;
/// What knows the new set still serves the old one for a moment.
constexpr seconds kGrace{5};
/// Fewer changes than these say little.
constexpr int kEnough = 3;

Finding taken_up(const Awaited& awaited) {
  return Finding::met("accepted " + in_words(awaited.after));
}

Finding overlaps(Choreography& play) {
  const jose::Key key = play.make_key();
  play.publish(key);
  const Awaited awaited = play.takes_up(key);
  if (!awaited.happened) return play.not_taken_up(awaited, "a token by the new key");
  play.probe().note("seconds_to_accept_new_key", json_seconds(awaited.after));
  const mcp::Answer old = play.probe().send({.credential = play.probe().good_credential()});
  if (old.kind == mcp::Kind::result) return taken_up(awaited);
  play.probe().decisive(old.exchange, true);
  return Finding::broken("tokens by the old key, which is still published, are accepted",
                         old.summary(), "the new key has displaced the old one");
}

Finding announced(Choreography& play) {
  const jose::Key key = play.make_key();
  const std::uint64_t since = play.now();
  play.publish(key);
  // Servers that heed max-age come for it before anybody uses it.
  play.await([&] { return play.probe().control_accepted() && play.fetches(since) > 0; },
             kUsualMaxAge + 2s, "the new key is published before it is used");
  const bool known = play.fetches(since) > 0;
  const Awaited awaited = play.takes_up(key);
  if (!awaited.happened) return play.not_taken_up(awaited, "a token by the announced key");
  play.probe().note("announced_key", known ? "\"fetched before it was used\""
                                           : "\"fetched when it was used first\"");
  return taken_up(awaited);
}

/// A server that knows what is published now, and still refuses this key, has made up its mind.
std::optional<Finding> outdone(Choreography& play, const jose::Key& key) {
  const jose::Key later = play.make_key();
  play.publish(later);
  if (play.send_by(later).kind != mcp::Kind::result) return std::nullopt;
  const mcp::Answer again = play.send_by(key);
  if (again.kind == mcp::Kind::result) return std::nullopt;
  play.probe().decisive(again.exchange, true);
  Finding finding = Finding::broken(
      "accepted, as a key is that was published after it", again.summary(),
      "a kid that was unknown once stays unknown: whoever guesses the next one keeps it out");
  finding.cause = "new keys of the issuer are not taken up";
  return finding;
}

Finding early(Choreography& play) {
  const jose::Key key = play.make_key();
  const mcp::Answer before = play.send_by(key);
  if (before.kind == mcp::Kind::result) {
    play.probe().decisive(before.exchange, true);
    Finding finding = Finding::broken("a token by a key that nobody published is refused",
                                      before.summary(), "whoever has any key can sign");
    finding.outcome = Outcome::accepted;
    return finding;
  }
  play.publish(key);
  const Awaited awaited = play.takes_up(key);
  if (awaited.happened) return taken_up(awaited);
  if (auto finding = outdone(play, key)) return *finding;
  return play.not_taken_up(awaited, "a token whose key was published after it was used");
}

Finding many(Choreography& play) {
  const base::Time begin = play.time();
  const bool free = play.probe().context().options().shared_clock != nullptr;
  jose::Key key = play.make_key();
  play.publish(key);
  milliseconds longest{0};
  int done = 0;
  for (; done < kMany; ++done) {
    if (done >= kEnough && !free && play.elapsed_since(begin) > kManyTime) break;
    const Awaited awaited = play.takes_up(key);
    if (!awaited.happened) {
      return play.not_taken_up(awaited, fmt::format("a token by new key number {}", done + 1));
    }
    longest = std::max(longest, awaited.after);
    const jose::Key next = play.make_key();
    play.replace(key, next);
    key = next;
  }
  return Finding::met(
      fmt::format("{} changes in a row, the slowest accepted {}", done, in_words(longest)));
}

/// A key that is published no more, or whose kid stands for another, is still believed.
Finding judge_withdrawn(Choreography& play, const Awaited& gone, bool fetched) {
  const std::string seen = fmt::format(
      "a token by the withdrawn key is accepted {:.0f} s later; meanwhile the server "
      "fetched the key set {} times",
      static_cast<double>(gone.after.count()) / 1'000, gone.fetches);
  if (!fetched && gone.cut) {
    return Finding::undecided(fmt::format("{}; {}", seen, play.why_not_longer()));
  }
  if (!fetched && !play.declared() && gone.after < kLongerThanAnyCache) {
    return needs_declaration(seen + ". Many libraries keep keys for 10 minutes");
  }
  if (!fetched && play.declared() && gone.after < *play.probe().target().profile.key_cache_ttl) {
    return Finding::undecided(seen + "; the declared key_cache_ttl_s is longer than a case waits");
  }
  play.probe().decisive(gone.last.exchange, true);
  Finding finding = Finding::broken(
      "refused once the key set that is cached is too old",
      seen + (play.declared() ? "" : " (where it forgets them later, declare key_cache_ttl_s)"),
      fetched ? "the server keeps keys that the issuer has withdrawn, though it knows the new set"
              : "a key that was stolen and withdrawn opens this server for good");
  finding.outcome = Outcome::accepted;
  finding.cause = "withdrawn keys live on";
  return finding;
}

/// Whether the server has known what is published now for longer than the old set may be kept.
bool outlives(const Choreography& play, std::uint64_t since) {
  const base::Time then = play.time() - kGrace;
  return play.fetches_where(since, [&](const idp::Entry& entry) { return entry.time < then; }) > 0;
}

/// Waits until a token by that key is refused, or the finding is clear.
Awaited await_refusal(Choreography& play, const jose::Key& key, std::uint64_t since) {
  mcp::Answer last;
  bool gone = false;
  Awaited awaited = play.await(
      [&] {
        last = play.send_by(key);
        gone = last.kind != mcp::Kind::result;
        return gone || (!play.declared() && outlives(play, since));
      },
      play.budget(), "a withdrawn key may live on in the cache for its time");
  awaited.happened = gone;
  awaited.last = std::move(last);
  return awaited;
}

Finding withdrawn(Choreography& play) {
  const jose::Key key = play.make_key();
  play.publish(key);
  const Awaited known = play.takes_up(key);
  if (!known.happened) {
    return Finding::undecided("the server did not take the key up that was to be withdrawn");
  }
  const std::uint64_t since = play.now();
  play.withdraw(key);
  const Awaited gone = await_refusal(play, key, since);
  if (!play.probe().control_accepted()) {
    return Finding::undecided("good credentials are refused as well: " + gone.last.summary());
  }
  if (!gone.happened) return judge_withdrawn(play, gone, outlives(play, since));
  play.probe().note("seconds_to_refuse_withdrawn_key", json_seconds(gone.after));
  play.probe().decisive(gone.last.exchange);
  return Finding::met("refused " + in_words(gone.after));
}

Finding abrupt(Choreography& play) {
  const jose::Key old = play.make_key();
  const jose::Key fresh = play.make_key();
  play.publish(old);
  if (!play.takes_up(old).happened) {
    return Finding::undecided("the server did not take the key up that was to be replaced");
  }
  play.replace(old, fresh);
  const Awaited taken = play.takes_up(fresh);
  if (!taken.happened) {
    return play.not_taken_up(taken, "a token by the key that replaced the old one");
  }
  // Some keep each key for its own time, so that the set was fetched for the new one proves nothing
  // about the old one; that it is fetched once more does.
  const std::uint64_t since = play.now();
  const Awaited gone = await_refusal(play, old, since);
  if (!gone.happened) return judge_withdrawn(play, gone, outlives(play, since));
  return Finding::met(fmt::format("new key accepted {}, old one refused {} more",
                                  in_words(taken.after), in_words(gone.after)));
}

Finding reused(Choreography& play) {
  const jose::Key old = play.make_key();
  const jose::Key fresh = play.make_key().with_kid(old.kid());
  play.publish(old);
  if (!play.takes_up(old).happened) {
    return Finding::undecided("the server did not take the key up whose kid was to be used again");
  }
  const std::uint64_t since = play.now();
  play.replace(old, fresh);
  const Awaited gone = await_refusal(play, old, since);
  if (!gone.happened) return judge_withdrawn(play, gone, outlives(play, since));
  const Awaited taken = play.takes_up(fresh);
  if (!taken.happened) {
    return play.not_taken_up(taken, "a token by the key that has the old one's kid now");
  }
  return Finding::met(fmt::format("old key refused {}, the new one of its kid accepted {} more",
                                  in_words(gone.after), in_words(taken.after)));
}

check::Case change(std::string id, std::string title, std::string sends, Level level,
                   std::vector<std::string> faults, std::function<Finding(Choreography&)> body) {
  return {.id = std::move(id),
          .title = std::move(title),
          .sends = std::move(sends),
          .level = level,
          .attacker = check::Attacker::none,
          .references = {{"OIDC Core", "10.1.1"}, {"RFC 7517", "4.5"}},
          .requirements = {"REF-KEYS-1"},
          .needs = {.issuer = true, .own_server = true},
          .faults = std::move(faults),
          .why =
              "Issuers change their keys, as a routine and after a break-in. A server that does "
              "not notice locks its users out until somebody restarts it.",
          .fix =
              "Fetch the key set again when a token names a kid that is not in it, at most every "
              "few seconds.",
          .run = choreographed(std::move(body))};
}

check::Case withdrawal(std::string id, std::string title, std::string sends,
                       std::vector<std::string> faults,
                       std::function<Finding(Choreography&)> body) {
  check::Case one = change(std::move(id), std::move(title), std::move(sends), Level::bcp,
                           std::move(faults), std::move(body));
  one.attacker = check::Attacker::token_holder;
  one.references = {{"OIDC Core", "10.1.1"}, {"RFC 9111", "5.2.2.1"}};
  one.requirements = {"REF-KEYS-2"};
  one.why =
      "An issuer withdraws a key when it is stolen. As long as a server keeps believing it, the "
      "thief signs his own tokens.";
  one.fix =
      "Replace the whole set with each fetch, and fetch it again when the max-age of its response "
      "is over.";
  return one;
}

/// A guess at the kid of the next key is enough to keep it out.
check::Case by_anyone(check::Case one) {
  one.attacker = check::Attacker::anyone;
  return one;
}

const check::Suite change_cases{
    "keys",
    {check::Mode::oauth},
    {
        change("rotate-overlap", "a new key beside the old ones is taken up without a restart",
               "A token by a key that was published just now, beside those before.", Level::must,
               {"keys.never-refetch"}, overlaps),
        change("rotate-announced", "a key that was announced is accepted when it is used",
               "A token by a key that was published seconds before it is used.", Level::must,
               {"keys.never-refetch"}, announced),
        by_anyone(change(
            "rotate-early", "a key is taken up though a token by it came before it was published",
            "A token by a key that is published only after the token was refused once.",
            Level::must, {"keys.unknown-for-ever", "keys.never-refetch"}, early)),
        withdrawal("revocation-lag", "tokens by a withdrawn key are refused before long",
                   "A token by a key that was withdrawn, until it is refused.",
                   {"keys.max-age-ignored"}, withdrawn),
        withdrawal("rotate-abrupt", "a key that replaces another is accepted, the other refused",
                   "A token by a key that took another's place, and one by that other.",
                   {"keys.stale-forever"}, abrupt),
        withdrawal("kid-reuse", "another key under the same kid is noticed",
                   "A token by the old key of a kid, and one by its new key.",
                   {"keys.kid-pinned", "keys.max-age-ignored"}, reused),
        change("rotate-many", "keys may change many times in a row",
               "Tokens by 20 keys, each of which replaces the one before.", Level::must,
               {"keys.few-changes"}, many),
    }};

}  // namespace
}  // namespace suites::keys
