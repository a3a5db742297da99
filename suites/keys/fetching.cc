// How the key set is fetched: how often, how many at once, and what is made of its cache headers.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/case.h"
#include "suites/keys/choreography.h"

namespace suites::keys {
namespace {

using check::Finding;
using check::Level;
using namespace std::chrono_literals;

constexpr int kRow = 20;
constexpr std::size_t kFewInRow = 4;
constexpr int kHerd = 16;
constexpr std::size_t kFewOfHerd = 5;
/// Longer than the shortest max-age there is.
constexpr milliseconds kBeyondMaxAge{1'500};

Finding keeps(Choreography& play) {
  const base::Time begin = play.time();
  const std::uint64_t since = play.now();
  for (int i = 0; i < kRow; ++i) {
    if (!play.probe().control_accepted()) return Finding::undecided("good credentials are refused");
  }
  const std::size_t fetches = play.fetches(since);
  const std::string seen = fmt::format("{} good tokens in a row, {} fetches", kRow, fetches);
  // A slow server may fetch it for each max-age that passes.
  if (fetches <= kFewInRow + max_ages_since(play, begin)) return Finding::met(seen);
  return Finding::broken("the key set is kept for its max-age", seen,
                         "the issuer is asked for its keys with each request, and an outage of a "
                         "moment stops everything");
}

/// So many requests at the same time, each on a connection of its own; how many were accepted.
int at_once(Choreography& play, const jose::Recipe& token, int count) {
  check::Probe& probe = play.probe();
  const std::string text = probe.mint(token);
  std::vector<wire::Connection> connections;
  for (int i = 0; i < count; ++i) connections.push_back(probe.context().connect());
  std::vector<std::unique_ptr<check::Probe>> probes;
  for (wire::Connection& connection : connections) {
    probes.push_back(std::make_unique<check::Probe>(probe.context(), probe.subject(), connection,
                                                    probe.limit()));
  }
  std::atomic<int> accepted{0};
  {
    std::vector<std::jthread> threads;
    for (auto& one : probes) {
      threads.emplace_back([&accepted, &text, &one] {
        const mcp::Answer answer = one->send({.credential = one->carry(text)});
        if (answer.kind == mcp::Kind::result) ++accepted;
      });
    }
  }
  probe.include(*probes.front());
  return accepted;
}

Finding herd(Choreography& play) {
  const jose::Key key = play.make_key();
  const jose::Recipe token = play.token_by(key);
  play.publish(key);
  idp::Misbehaviour slow;
  slow.kind = idp::Misbehaviour::Kind::delay;
  slow.span = kHerdDelay;
  slow.name = "delay";
  play.misbehave(slow);
  const std::uint64_t since = play.now();
  const int accepted = at_once(play, token, kHerd);
  const std::size_t fetches = play.fetches(since);
  play.behave();
  const std::string seen =
      fmt::format("{} requests at once: {} accepted, {} fetches", kHerd, accepted, fetches);
  play.probe().note("fetches_of_a_herd", std::to_string(fetches));
  if (fetches > kFewOfHerd) {
    return Finding::broken("few of all who miss a key at once fetch it", seen,
                           "after each change of keys the issuer is stormed by its own servers");
  }
  if (fetches == 0) return Finding::undecided(seen + ": the server does not look for keys now");
  return Finding::met(seen);
}

/// What the server makes of one Cache-Control: whether it asks again a little later.
std::string asks_again(Choreography& play, const std::string& cache_control) {
  play.cache(cache_control);
  const jose::Key key = play.make_key();
  play.publish(key);
  const std::uint64_t since = play.now();
  const Awaited taken = play.takes_up(key, play.patient() ? kBeyondSilence : kMaxAge);
  if (!taken.happened || play.fetches(since) == 0) return "not measured: no new key is taken up";
  const std::uint64_t then = play.now();
  const bool later = play.probe().wait(kBeyondMaxAge, "a max-age of one second has to pass");
  if (!later || !play.probe().control_accepted()) return "not measured";
  return play.fetches(then) > 0 ? "asked again at once" : "kept for longer";
}

Finding cache_headers(Choreography& play) {
  std::string json;
  std::vector<std::string> words;
  for (const char* header : {"max-age=1", "no-store", ""}) {
    const std::string name = *header == '\0' ? "none" : header;
    const std::string seen = asks_again(play, header);
    json += (json.empty() ? "{" : ",") + base::json_string(name) + ":" + base::json_string(seen);
    words.push_back(name + ": " + seen);
  }
  play.probe().note("cache_headers", json + "}");
  return Finding::met(base::join(words, "; "));
}

Finding tagged(Choreography& play) {
  play.cache("max-age=1", /*tagged=*/true);
  const jose::Key key = play.make_key();
  play.publish(key);
  const Awaited taken = play.takes_up(key, play.patient() ? kBeyondSilence : kMaxAge);
  if (!taken.happened) return Finding::undecided("no new key is taken up within seconds");
  const std::uint64_t since = play.now();
  std::string refused;
  for (int i = 0; i < 2 && refused.empty(); ++i) {
    if (!play.probe().wait(1'200ms, "the key set is asked for again")) break;
    const mcp::Answer answer = play.send_by(key);
    if (answer.kind == mcp::Kind::result) continue;
    refused = answer.summary();
    play.probe().decisive(answer.exchange, true);
  }
  const std::size_t unchanged =
      play.fetches_where(since, [](const idp::Entry& entry) { return entry.status == 304; });
  play.probe().note("key_set_revalidated", unchanged > 0 ? "true" : "false");
  if (!refused.empty() && unchanged > 0) {
    return Finding::broken("accepted after 304 as before", refused + " after 304 Not Modified",
                           "the server takes an answer without keys for a set without keys");
  }
  if (!refused.empty()) return Finding::undecided("refused, though not after 304: " + refused);
  return Finding::met(unchanged > 0 ? "accepted after 304" : "the server does not use the ETag");
}

/// Where a redirect of the key set leads: only who follows it comes there.
Finding redirected(Choreography& play) {
  const std::string bait = play.probe().context().provider().bait();
  const std::string path = bait.substr(bait.find('/', bait.find("//") + 2));
  const jose::Key key = play.make_key();
  play.publish(key);
  idp::Misbehaviour away = idp::Misbehaviour::redirect(302, bait);
  away.name = "redirect";
  play.misbehave(away);
  const std::uint64_t since = play.now();
  const mcp::Answer answer = play.send_by(key);
  play.probe().decisive(answer.exchange);
  const bool asked = play.fetches(since) > 0;
  play.behave();
  const std::size_t hits =
      play.probe().context().provider().journal().count([&](const idp::Entry& entry) {
        return entry.endpoint == "bait" && entry.target.find(path) != std::string::npos;
      });
  if (!asked) return Finding::undecided("the server does not look for keys now");
  const std::string seen = hits == 0 ? "not followed" : "followed";
  play.probe().note("key_set_redirect", base::json_string(seen));
  return Finding::met(seen + "; the token: " + answer.summary());
}

const check::Suite fetching_cases{
    "keys",
    {check::Mode::oauth},
    {
        {.id = "cached",
         .title = "the key set is not fetched for every token",
         .sends = "20 good tokens in a row.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .references = {{"OIDC Core", "10.1.1"}, {"RFC 9111", "5.2.2.1"}},
         .requirements = {"REF-KEYS-2"},
         .needs = {.issuer = true, .own_server = true},
         .faults = {"keys.skip"},
         .why = "A server that fetches keys for each token is as slow as its issuer, down when it "
                "is down, and an amplifier against it.",
         .fix = "Keep the key set for the max-age of its response.",
         .run = choreographed(keeps, Pace::any)},
        {.id = "rotate-herd",
         .title = "of all who miss a new key at once few fetch it",
         .sends = "16 requests at the same time with a token by a new key.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .references = {{"OIDC Core", "10.1.1"}, {"CWE-400", ""}},
         .requirements = {"REF-KEYS-2"},
         .needs = {.issuer = true, .own_server = true},
         .faults = {"keys.no-single-flight"},
         .why = "Right after a change of keys everybody's token has the new one. A fetch for each "
                "is a storm that the issuer may answer with 429, and then nobody gets in.",
         .fix = "Let one request fetch the keys, and the others wait for it.",
         .run = choreographed(patiently(herd))},
        {.id = "cache-etag",
         .title = "304 Not Modified means that the key set is what it was",
         .sends = "Good tokens, while the key set has an ETag and is answered with 304.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9111", "4.3.3"}, {"RFC 9110", "15.4.5"}},
         .requirements = {"REF-KEYS-2"},
         .needs = {.issuer = true, .own_server = true},
         .faults = {"keys.not-modified-empties"},
         .why = "A server that validates what it has cached, and then drops it, refuses everybody.",
         .fix = "On 304 keep the keys, and take the new max-age.",
         .run = choreographed(patiently(tagged))},
        {.id = "cache-headers",
         .title = "which cache headers of the key set are heeded",
         .sends =
             "Good tokens, a moment after the key set came with max-age=1, no-store and nothing.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9111", "5.2.2"}},
         .needs = {.issuer = true, .own_server = true, .waits = true},
         .faults = {"keys.max-age-ignored"},
         .why = "By these an issuer says how soon a change of its keys is noticed.",
         .fix = "Keep the key set for as long as max-age says, within bounds of your own.",
         .run = choreographed(cache_headers)},
        {.id = "jwks-redirect",
         .title = "whether a redirect of the key set is followed",
         .sends = "A token by a new key, while the key set redirects to elsewhere.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"CWE-918", ""}},
         .needs = {.issuer = true, .own_server = true},
         .faults = {"keys.redirect-followed"},
         .why = "Who can redirect the key set of an issuer sends the server's requests anywhere.",
         .fix = "Fetch keys from the configured URL, and do not follow redirects off its origin.",
         .run = choreographed(patiently(redirected))},
    }};

}  // namespace
}  // namespace suites::keys
