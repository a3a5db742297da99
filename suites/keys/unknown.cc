// Kids that nobody published: what they make the server do. Last of the suite, since some servers
// look for new keys the later the more unknown ones they saw.
#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "common/base/random.h"
#include "harness/check/case.h"
#include "suites/keys/choreography.h"

namespace suites::keys {
namespace {

using check::Finding;
using check::Level;
using check::Outcome;

constexpr int kFlood = 50;
constexpr std::size_t kFewFetches = 10;
constexpr std::size_t kRandomKid = 12;

/// A good token, but for its kid.
jose::Recipe with_kid(Choreography& play, const std::string& kid) {
  jose::Recipe token = play.probe().good();
  token.header.set_string("kid", kid);
  return token;
}

/// Whether the kid chose the key is a fact, not a defect: a published key signed the token.
Finding as_note(Choreography& play, Finding finding) {
  const bool accepted = finding.outcome == Outcome::accepted;
  if (!accepted && !finding.ok()) return finding;
  play.probe().note("unknown_kid", accepted ? "\"accepted: the kid is not read\"" : "\"rejected\"");
  return Finding::met(accepted ? "accepted: the kid does not choose the key" : "rejected");
}

Finding try_sole_key(Choreography& play) {
  play.withdraw_others();
  const std::uint64_t since = play.now();
  Finding finding;
  // The first one may be what makes the server see that there is one key only.
  for (const milliseconds pause : {milliseconds{0}, milliseconds{1'100}, milliseconds{5'400}}) {
    if (pause > milliseconds{0} &&
        !play.probe().wait(pause, "the server has to see that one key only is published")) {
      break;
    }
    finding = play.probe().refuses(with_kid(play, "mcp-authspec-" + base::random_hex(kRandomKid)));
    if (!finding.ok()) return finding;
    if (play.fetches(since) > 0 && pause > milliseconds{0}) return finding;
  }
  if (play.fetches(since) > 0) return finding;
  return Finding::undecided("the server did not see that one key only is published: " +
                            finding.actual);
}

Finding sole_key(Choreography& play) { return as_note(play, try_sole_key(play)); }

Finding flood(Choreography& play) {
  const base::Time begin = play.time();
  const std::uint64_t since = play.now();
  std::string wrong;
  int shut_out = 0;
  int accepted = 0;
  for (int i = 0; i < kFlood; ++i) {
    const mcp::Answer answer = play.send(with_kid(play, base::random_hex(kRandomKid)));
    // The published key signed them all: a server may leave the kid unread.
    if (answer.kind == mcp::Kind::result) ++accepted;
    if (answer.status() == 0 || answer.status() >= 500) {
      wrong = answer.summary();
      play.probe().decisive(answer.exchange, true);
    }
    if (i % 10 == 9 && !play.probe().control_accepted()) ++shut_out;
  }
  const std::size_t fetches = play.fetches(since);
  play.probe().note("fetches_per_unknown_kid",
                    fmt::format("{:.2f}", static_cast<double>(fetches) / kFlood));
  const std::string seen = fmt::format(
      "{} unknown kids ({} of these tokens accepted), {} fetches of the key set, good tokens "
      "refused {} times of 5",
      kFlood, accepted, fetches, shut_out);
  if (shut_out > 0) {
    return Finding::broken("good tokens are accepted meanwhile", seen,
                           "whoever sends tokens of unknown kids shuts everybody else out");
  }
  const std::size_t few = kFewFetches + max_ages_since(play, begin);
  if (fetches > few) {
    return Finding::broken(fmt::format("{} fetches at most", few), seen,
                           "each token of a stranger makes the server ask its issuer: an "
                           "amplifier, and soon the issuer answers nobody");
  }
  if (!wrong.empty()) {
    Finding finding = Finding::broken("401", wrong, "an unknown kid ends in an error");
    finding.outcome = Outcome::misrefused;
    return finding;
  }
  return Finding::met(seen);
}

Finding count(check::Probe& probe) {
  const std::string issuer = probe.context().issuer().name();
  const auto counted = [&](std::initializer_list<std::string_view> endpoints) {
    return probe.context().provider().journal().count([&](const idp::Entry& entry) {
      return entry.issuer == issuer &&
             std::find(endpoints.begin(), endpoints.end(), entry.endpoint) != endpoints.end();
    });
  };
  const std::size_t sets = counted({"jwks"});
  const std::size_t documents = counted({"discovery", "oauth-metadata"});
  probe.note("key_fetches_in_all",
             fmt::format(R"({{"key set":{},"metadata":{}}})", sets, documents));
  return Finding::met(fmt::format("{} fetches of the key set, {} of metadata", sets, documents));
}

const check::Suite unknown_cases{
    "keys",
    {check::Mode::oauth},
    {
        {.id = "kid-mismatch-sole-key",
         .title = "Whether a token with an unknown kid is accepted where one key is published",
         .sends = "The good token with a kid that no key has, while its key is the only one.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7515", "4.1.4"}},
         .needs = {.issuer = true, .own_server = true},
         .faults = {"keys.first-key-for-any-kid", "key.kid-ignored"},
         .why = "A kid is a hint. A server that does not read it tries its key on every token; it "
                "finds a new key only when it fetches the key set for another reason.",
         .fix =
             "Nothing has to be changed. To survive key rotation, choose the key by kid and fetch "
             "the set once more where none has it.",
         .run = choreographed(patiently(sole_key))},
        {.id = "unknown-kid-flood",
         .title = "a flood of unknown kids has the key set fetched seldom, and locks nobody out",
         .sends = "50 tokens with random kids, a good one after every ten.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-400", ""}, {"RFC 8725", "3.10"}},
         .requirements = {"REF-KEYS-4", "RS-08"},
         .needs = {.issuer = true, .own_server = true, .loud = true},
         .faults = {"keys.refetch-every-unknown", "keys.flood-locks-out"},
         .why = "Anybody can send a token with a kid of his own. If each one is a request to the "
                "issuer, a small flood here is a large one there.",
         .fix = "Look for an unknown kid at most every few seconds, and refuse the others at once.",
         .run = choreographed(flood, Pace::any)},
        {.id = "fetch-count",
         .title = "how often the server asked for keys in the whole run",
         .sends = "Nothing; the requests of the server to its issuer are counted.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9111", "5.2.2.1"}},
         .needs = {.issuer = true, .last = true},
         .why = "Each fetch is time that some request waits, and a chance to fail.",
         .fix =
             "Nothing to mend: a number far above that of the changes says that nothing is kept.",
         .run = count},
    }};

}  // namespace
}  // namespace suites::keys
