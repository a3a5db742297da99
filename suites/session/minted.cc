// The session ids that a server gives out.
#include <fmt/core.h>

#include <cmath>

#include "common/base/random.h"
#include "harness/check/sessions.h"
#include "suites/session/ids.h"
#include "suites/session/live.h"

namespace suites::session {
namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr int kIds = 32;
constexpr std::size_t kEnoughIds = 16;
/// What is guessed at a thousand tries a second within a few hundred million years; a UUID that
/// begins with the time has more.
constexpr double kEnoughBits = 64;

using Ids = std::vector<std::string>;

/// Each session is ended at once: nothing is left behind.
Ids begin_many(Probe& probe) {
  const check::Credential credential = probe.good_credential();
  Ids ids;
  for (int i = 0; i < kIds && !probe.context().cancelled(); ++i) {
    const mcp::Greeting greeting = check::begin_session(probe, credential);
    if (!greeting.ok() || greeting.session_id.empty()) break;
    ids.push_back(greeting.session_id);
    check::end_session(probe, credential, greeting.session_id);
  }
  return ids;
}

using OfFacts = Finding (*)(Probe& probe, const IdFacts& facts);

check::Body about_ids(OfFacts judge) {
  return [judge](Probe& probe) {
    if (probe.target().greeting.session_id.empty()) {
      return Finding::skipped("the server keeps no sessions");
    }
    const Ids& ids = probe.context().once<Ids>("session ids", [&] { return begin_many(probe); });
    if (ids.empty() && is_only_one(check::begin_session(probe, probe.good_credential()))) {
      return Finding::skipped("the server begins no second session");
    }
    if (ids.size() < kEnoughIds) {
      return Finding::undecided(
          fmt::format("only {} sessions in a row could be begun", ids.size()));
    }
    return judge(probe, look_at_ids(ids));
  };
}

Finding hard_to_guess(Probe& probe, const IdFacts& facts) {
  probe.note("session_id",
             fmt::format(R"({{"bits_at_most":{},"sequential":{},"different":"{} of {}"}})",
                         std::lround(facts.bits), facts.sequential, facts.different, facts.count));
  const std::string expected = "ids that nobody can guess";
  if (facts.different < facts.count) {
    return Finding::broken(
        expected, fmt::format("{} different ids in {} sessions", facts.different, facts.count),
        "sessions share an id, so it says nothing new or is made of what others "
        "may know");
  }
  if (facts.sequential) {
    return Finding::broken(expected, "each id is a number a little larger than the one before",
                           "whoever gets an id knows those of others");
  }
  const std::string actual = fmt::format("at most {:.0f} bits that differ", facts.bits);
  if (facts.bits >= kEnoughBits) return Finding::met(actual);
  return Finding::broken(fmt::format("{:.0f} random bits at least", kEnoughBits), actual,
                         "so few ids can be tried out");
}

Finding plain(Probe& /*probe*/, const IdFacts& facts) {
  if (facts.visible) return Finding::met("visible ASCII only");
  return Finding::broken("characters from 0x21 to 0x7E", "others among them",
                         "clients and proxies may change or refuse such a field");
}

/// Requests of a stateless revision have no session, whatever they name.
Finding ignored(Probe& probe) {
  const check::Credential credential = probe.good_credential();
  const mcp::Answer without = probe.send({.credential = credential});
  if (without.kind != mcp::Kind::result) {
    return Finding::undecided("good credentials were refused: " + without.summary());
  }
  const std::string id = base::random_hex(16);
  const mcp::Answer with = probe.send({.credential = credential, .edit = check::in_session(id)});
  const std::string expected = "the same answer as without Mcp-Session-Id, and none given out";
  for (const mcp::Answer* answer : {&without, &with}) {
    const auto& response = answer->exchange.response;
    if (!response || response->header("Mcp-Session-Id") == nullptr) continue;
    probe.decisive(answer->exchange, true);
    return Finding::broken(expected, "an answer with Mcp-Session-Id",
                           "this revision has no sessions; who is told one may rely on it");
  }
  const bool served = with.kind == mcp::Kind::result;
  probe.decisive(with.exchange, !served);
  if (served) return Finding::met("ignored");
  if (!probe.control_accepted()) return Finding::undecided("good credentials were refused after");
  return Finding::broken(expected, with.summary(),
                         "clients that still send the field of older revisions are shut out");
}

const check::Suite kMintedCases{
    "session",
    check::modes::protected_http(),
    {
        {.id = "session-id-entropy",
         .title = "session ids are all different and cannot be guessed from others",
         .sends = "32 sessions, one after the other; their ids are looked at.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP transports", "session-management"},
                        {"MCP best practices", "session-hijacking"}},
         .requirements = {"REF-SES-3"},
         .needs = {.until = mcp::Revision::r2025_11_25},
         .faults = {"session.sequential-ids", "session.short-ids", "session.same-id"},
         .why = "Where sessions can be guessed, so can what they lead to.",
         .fix = "Take 128 bits or more from a cryptographic generator for each session, such as "
                "a random UUID.",
         .run = about_ids(hard_to_guess)},
        {.id = "session-id-ascii",
         .title = "session ids are made of visible ASCII",
         .sends = "The same.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP transports", "session-management"}},
         .requirements = {"REF-SES-4"},
         .needs = {.until = mcp::Revision::r2025_11_25},
         .faults = {"session.non-ascii-ids"},
         .why = "The id travels in a header field; what changes on the way is another session.",
         .fix = "Write it in hexadecimal or base64url.",
         .run = about_ids(plain)},
        {.id = "session-header-ignored",
         .title = "Mcp-Session-Id is ignored and not given out where there are no sessions",
         .sends = "The control's request with a random Mcp-Session-Id, and without.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP transports", "earlier-streamable-http-revisions"}},
         .requirements = {"REF-SES-6"},
         .needs = {.since = mcp::Revision::r2026_07_28},
         .faults = {"session.minted-by-modern", "session.heeded-by-modern"},
         .why = "What is left of sessions in a stateless server is state that nobody checks.",
         .fix = "Look at Mcp-Session-Id in requests of older revisions only.",
         .run = ignored},
    }};

}  // namespace
}  // namespace suites::session
