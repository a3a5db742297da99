// What else stands in the key set: members that are no keys, keys that share a kid or have none.
#include <fmt/core.h>

#include <algorithm>

#include "common/base/text.h"
#include "harness/check/another.h"
#include "harness/check/case.h"
#include "suites/keys/choreography.h"

namespace suites::keys {
namespace {

using check::Finding;
using check::Level;

/// Longer than half a minute of silence: if nothing was taken up then, the set is at fault.
constexpr seconds kPatience{45};
/// What takes no longer is not worth half a minute of silence.
constexpr seconds kSeconds{10};

struct Strange {
  const char* id;
  const char* what;
  const char* member;  ///< empty: made of a good key
  std::vector<std::string> faults;
};

const std::vector<Strange>& strange_members() {
  static const std::vector<Strange> all = {
      {"poison-unknown-kty",
       "a key of a type that nobody knows",
       R"({"kty":"XYZ","kid":"strange-kty","use":"sig","alg":"XYZ256","z":"AQAB"})",
       {"keys.strict-parse"}},
      {"poison-post-quantum",
       "a key of a type that is new (AKP)",
       R"({"kty":"AKP","kid":"strange-akp","alg":"ML-DSA-44","use":"sig","pub":"AQIDBAUGBwg"})",
       {"keys.strict-parse"}},
      {"poison-unknown-crv",
       "a key on a curve that nobody knows",
       R"({"kty":"EC","kid":"strange-crv","use":"sig","crv":"P-999","x":"AQ","y":"Ag"})",
       {"keys.strict-parse"}},
      {"poison-x25519",
       "a key for key agreement (X25519)",
       R"({"kty":"OKP","kid":"strange-x25519","use":"enc","crv":"X25519",)"
       R"("x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"})",
       {"keys.strict-parse"}},
      {"poison-missing-member",
       "an RSA key without its modulus",
       R"({"kty":"RSA","kid":"strange-rsa","use":"sig","alg":"RS256","e":"AQAB"})",
       {"keys.strict-parse"}},
      {"poison-bad-base64",
       "a key whose coordinates are no base64url",
       R"({"kty":"EC","kid":"strange-base64","use":"sig","crv":"P-256","x":"!!!!","y":"????"})",
       {"keys.strict-parse"}},
      {"poison-off-curve",
       "a key that is not on its curve",
       R"({"kty":"EC","kid":"strange-point","use":"sig","crv":"P-256",)"
       R"("x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE",)"
       R"("y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})",
       {"keys.strict-parse"}},
      {"poison-no-kty",
       "a member without a type",
       R"({"kid":"strange-nothing","use":"sig"})",
       {"keys.strict-parse"}},
      {"poison-no-kid", "a good key without kid", "", {"keys.kid-required"}},
  };
  return all;
}

std::string without_kid(const jose::Key& key) {
  return base::replace_all(key.public_jwk(), fmt::format(R"(,"kid":"{}")", key.kid()), "");
}

void publish_strange(Choreography& play, const Strange& strange) {
  play.publish_raw(*strange.member == '\0' ? without_kid(play.make_key()) : strange.member);
}

/// What strange members did, if they did anything.
struct Harm {
  Finding finding;
  bool soon = false;  ///< without them a new key is taken up within seconds
};

/// How a server that was just started takes up a new key, with nothing strange beside it. Not
/// known where none can be started.
Awaited on_fresh_server(Choreography& play) {
  return play.probe().context().once<Awaited>("keys.fresh-server", [&] {
    const auto another = check::Another::prepare(play.probe());
    if (!another || !(*another)->start() || !(*another)->probe().control_accepted()) {
      return Awaited{};
    }
    Choreography fresh((*another)->probe());
    const jose::Key key = fresh.make_key();
    fresh.publish(key);
    return fresh.takes_up(key, kMaxAge);
  });
}

/// A new key and these are published at once; whether the new one is taken up.
Harm judge_beside(Choreography& play, const std::vector<Strange>& members, std::string_view what,
                  seconds patience) {
  const jose::Key key = play.make_key();
  for (const Strange& strange : members) publish_strange(play, strange);
  play.publish(key);
  const std::uint64_t since = play.now();
  const Awaited beside = play.takes_up(key, patience);
  const bool control = play.probe().control_accepted();
  if (beside.happened && control) {
    return {.finding = Finding::met("good tokens are accepted " + in_words(beside.after))};
  }
  // What the server never read did nothing to it.
  if (play.fetches(since) == 0) {
    return {.finding = Finding::undecided(
                fmt::format("the server did not fetch the key set with {}{}", what,
                            beside.cut ? fmt::format("; {}", play.why_not_longer()) : ""))};
  }
  play.clear_raw();
  Awaited clean = play.takes_up(key, patience);
  // Some look for new keys once, and then for minutes no more.
  if (!clean.happened && beside.fetches > 0) clean = on_fresh_server(play);
  if (!clean.happened) {
    return {.finding = Finding::undecided(
                beside.cut ? fmt::format("new keys are not taken up within seconds; {}",
                                         play.why_not_longer())
                           : "new keys are not taken up: see keys.rotate-overlap")};
  }
  play.probe().decisive(beside.last.exchange, true);
  Finding finding =
      Finding::broken("tokens by the good keys of the set are accepted",
                      fmt::format("beside {}: {}; without it a new key is accepted {}", what,
                                  control ? beside.last.summary() : "even the control is refused",
                                  in_words(clean.after)),
                      "one member that the server does not understand makes it drop the whole set");
  finding.cause = "a strange member spoils the key set";
  return {.finding = std::move(finding), .soon = clean.after < kSeconds};
}

/// All of them at once, once: what does no harm together does none alone.
const Harm& all_at_once(Choreography& play) {
  return play.probe().context().once<Harm>("keys.strange-members", [&] {
    return judge_beside(play, strange_members(), "strange members of all kinds", kPatience);
  });
}

Finding strange_keys(Choreography& play) { return all_at_once(play).finding; }

check::Body beside(const Strange& strange) {
  return choreographed([strange](Choreography& play) {
    const Harm& together = all_at_once(play);
    if (together.finding.ok()) return Finding::met("accepted, beside others of its kind");
    play.clear_raw();
    return judge_beside(play, {strange}, strange.what, together.soon ? kMaxAge : kPatience).finding;
  });
}

check::Case tolerant(std::string id, std::string title, std::string sends,
                     std::vector<std::string> faults, check::Body body) {
  return {.id = std::move(id),
          .title = std::move(title),
          .sends = std::move(sends),
          .level = Level::should,
          .attacker = check::Attacker::issuer,
          .references = {{"RFC 7517", "5"}},
          .requirements = {"REF-KEYS-3"},
          .needs = {.issuer = true, .own_server = true},
          .faults = std::move(faults),
          .why =
              "Issuers add keys of new kinds for other clients. A server that cannot read one "
              "and drops all locks its users out on that day.",
          .fix = "Read the members of the set one by one, and pass over what you cannot use.",
          .run = std::move(body)};
}

std::vector<check::Case> tolerant_cases() {
  std::vector<check::Case> cases = {tolerant(
      "jwks-strange-keys", "strange members of the key set spoil none of the others",
      "A token by a new key, which is published together with strange members of nine kinds.",
      {"keys.strict-parse", "keys.kid-required"}, choreographed(strange_keys))};
  for (const Strange& strange : strange_members()) {
    cases.push_back(tolerant(strange.id, fmt::format("{} spoils no others", strange.what),
                             fmt::format("A token by a new key, beside {}.", strange.what),
                             strange.faults, beside(strange)));
  }
  return cases;
}

/// Whether an answer is one that a server gives on purpose.
bool in_order(const mcp::Answer& answer) {
  return answer.kind == mcp::Kind::result || (answer.status() >= 400 && answer.status() < 500) ||
         answer.status() == 503;
}

/// Sends until the server has fetched what is published now; the last answer counts.
Awaited until_fetched(Choreography& play, const jose::Recipe& token, std::uint64_t since) {
  mcp::Answer last;
  Awaited awaited;
  const base::Time begin = play.time();
  for (const milliseconds pause :
       {milliseconds{0}, milliseconds{1'100}, milliseconds{5'400}, milliseconds{35'000}}) {
    awaited.cut = pause > milliseconds{10'000} && !play.may_wait_long();
    if (awaited.cut) break;
    if (pause > milliseconds{0} &&
        !play.probe().wait(pause, "the server looks for new keys now and then only")) {
      break;
    }
    awaited.last = play.send(token);
    awaited.happened = play.fetches(since) > 0;
    // Another try, where the answer may be from before the fetch.
    if (awaited.happened && pause > milliseconds{0}) break;
    if (awaited.last.kind == mcp::Kind::result) break;
  }
  awaited.after = play.elapsed_since(begin);
  awaited.fetches = play.fetches(since);
  return awaited;
}

Finding twice(Choreography& play) {
  const jose::Key one = play.make_key();
  const jose::Key other = play.make_key().with_kid(one.kid());
  const std::uint64_t since = play.now();
  play.publish(one);
  play.publish(other);
  std::string seen;
  for (const jose::Key* key : {&one, &other}) {
    const Awaited awaited = until_fetched(play, play.token_by(*key), since);
    if (!awaited.happened) {
      return Finding::undecided("the server did not fetch the set with two keys of one kid");
    }
    seen += (seen.empty() ? "the first: " : ", the second: ") + awaited.last.summary();
    play.probe().decisive(awaited.last.exchange, !in_order(awaited.last));
    if (in_order(awaited.last)) continue;
    Finding finding = Finding::broken("accepted, or a clean 401", seen,
                                      "a key set that is allowed makes the server fail");
    finding.outcome = check::Outcome::misrefused;
    return finding;
  }
  if (!play.probe().control_accepted()) {
    return Finding::broken("the good keys of the set are not affected",
                           "the control is refused while two others share a kid");
  }
  play.probe().note("two_keys_of_one_kid", "\"" + seen + "\"");
  return Finding::met(seen);
}

Finding no_kid(Choreography& play) {
  const jose::Key key = play.make_key();
  const std::uint64_t since = play.now();
  play.publish_raw(without_kid(key));
  // Nothing in such a token makes a server look for new keys.
  play.await([&] { return play.probe().control_accepted() && play.fetches(since) > 0; },
             kUsualMaxAge + seconds{2}, "the server has to fetch the set with a key without kid");
  const bool fetched = play.fetches(since) > 0;
  jose::Recipe token = play.token_by(key);
  token.header.erase("kid");
  const mcp::Answer first = play.send(token);
  const mcp::Answer second = play.send(token);
  play.probe().decisive(second.exchange);
  const bool same = first.status() == second.status();
  const std::string seen = same ? second.summary() : first.summary() + ", then " + second.summary();
  play.probe().note(
      "token_without_kid",
      fmt::format("\"{}{}\"", second.kind == mcp::Kind::result ? "accepted" : "refused",
                  fetched ? "" : ", but the set was not fetched"));
  return Finding::met(seen);
}

const check::Suite document_cases{"keys", {check::Mode::oauth}, tolerant_cases()};

const check::Suite kid_cases{
    "keys",
    {check::Mode::oauth},
    {
        {.id = "duplicate-kid",
         .title = "two keys that share a kid do not make the server fail",
         .sends = "A token by each of two published keys of one kid.",
         .level = Level::bcp,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 7517", "4.5"}},
         .requirements = {"REF-KEYS-3"},
         .needs = {.issuer = true, .own_server = true},
         .faults = {"keys.duplicate-500"},
         .why = "Keys of different types may share a kid, and issuers make mistakes. A server that "
                "fails then tells its clients that it is broken, and its users that they are.",
         .fix = "Try each key of that kid that suits alg, or refuse with 401.",
         .run = choreographed(twice)},
        {.id = "jwks-no-kid",
         .title = "what becomes of a token without kid by a key without kid",
         .sends = "A token without kid by a published key without kid, beside other keys.",
         .level = Level::observe,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 7515", "4.1.4"}, {"RFC 7517", "4.5"}},
         .needs = {.issuer = true, .own_server = true},
         .why = "Where several keys are published, servers differ in whether they try them all.",
         .fix = "Nothing to mend: give every key a kid, and every token the kid of its key.",
         .run = choreographed(no_kid)},
    }};

}  // namespace
}  // namespace suites::keys
