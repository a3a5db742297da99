// What a 401 says: the WWW-Authenticate field.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "harness/check/family.h"
#include "harness/mcp/protocol.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;

constexpr std::size_t kMaxExamples = 5;

/// So that there is something to look at even if no other case ran.
std::vector<check::Refused> refused_so_far(Probe& probe) {
  probe.send(check::without_credentials());
  probe.send(check::with_garbage(probe));
  return probe.context().refused();
}

std::string listed(const std::set<std::string>& items) {
  std::vector<std::string> some(items.begin(), items.end());
  if (some.size() <= kMaxExamples) return base::join(some, "; ");
  const std::size_t more = some.size() - kMaxExamples;
  some.resize(kMaxExamples);
  return fmt::format("{}; and {} more", base::join(some, "; "), more);
}

Finding www_authenticate_present(Probe& probe) {
  std::size_t seen = 0;
  std::set<std::string> lacking;
  for (const auto& refused : refused_so_far(probe)) {
    if (refused.exchange.status() != 401) continue;
    ++seen;
    if (refused.exchange.response->header("WWW-Authenticate") != nullptr) continue;
    probe.decisive(refused.exchange, true);
    lacking.insert(refused.case_id);
  }
  if (seen == 0) return Finding::skipped("no request of the run was answered with 401");
  if (lacking.empty()) return Finding::met(fmt::format("all {} answers with 401 have it", seen));
  Finding finding = Finding::broken("WWW-Authenticate in every 401",
                                    "401 without WWW-Authenticate in " + listed(lacking),
                                    "a 401 has to say which credentials it wants");
  finding.cause = "401 without WWW-Authenticate";
  return finding;
}

Finding challenge_syntax(Probe& probe) {
  std::size_t seen = 0;
  std::set<std::string> errors;
  for (const auto& refused : refused_so_far(probe)) {
    if (!refused.exchange.response) continue;
    for (const auto& field :
         base::all_headers(refused.exchange.response->headers, "WWW-Authenticate")) {
      ++seen;
      const auto error = mcp::challenge_syntax_error(field);
      if (!error) continue;
      probe.decisive(refused.exchange, true);
      errors.insert(fmt::format("{}: {}", *error, base::abbreviate(field, 200)));
    }
  }
  if (seen == 0) return Finding::skipped("no answer of the run has a challenge");
  if (errors.empty()) return Finding::met(fmt::format("all {} challenges parse", seen));
  return Finding::broken("challenges that parse by the grammar of RFC 9110, section 11.6.1",
                         listed(errors),
                         "clients that parse the field by the grammar cannot find the metadata");
}

Finding bearer_scheme(Probe& probe, const mcp::Answer& answer) {
  if (answer.challenges.empty()) {
    return Finding::skipped("the 401 has no challenge at all: see www-authenticate-present");
  }
  if (answer.challenge(probe.scheme()) != nullptr) return Finding::met(answer.summary());
  return Finding::broken("a challenge with the scheme " + probe.scheme(), answer.summary(),
                         "a client that holds or can get a token is not told to send it");
}

/// The Bearer challenge, or why there is nothing to say about it.
using OfBearer = std::function<Finding(const mcp::Challenge&, const mcp::Answer&)>;

check::Examine bearer_challenge(OfBearer judge) {
  return [judge = std::move(judge)](Probe& probe, const mcp::Answer& answer) {
    const mcp::Challenge* challenge = answer.challenge(probe.scheme());
    if (challenge == nullptr) {
      return Finding::skipped("there is no Bearer challenge: see bearer-scheme");
    }
    return judge(*challenge, answer);
  };
}

Finding no_error(const mcp::Challenge& challenge, const mcp::Answer& answer) {
  if (challenge.parameter("error") == nullptr) return Finding::met(answer.summary());
  return Finding::broken("a challenge without `error`", answer.summary(),
                         "a client cannot tell \"log in first\" from \"your token is bad\"");
}

Finding invalid_token(const mcp::Challenge& challenge, const mcp::Answer& answer) {
  const std::string* error = challenge.parameter("error");
  if (error != nullptr && *error == "invalid_token") return Finding::met(answer.summary());
  return Finding::broken("401 with error=\"invalid_token\"", answer.summary(),
                         "a client cannot tell that this token will never work");
}

Finding garbage_token(Probe& probe) {
  const Finding refused = probe.refuses(check::with_garbage(probe), {.challenge = false});
  if (!refused.ok()) return refused;
  return check::examines(
      probe, check::with_garbage(probe), 401, [](Probe& same, const mcp::Answer& answer) {
        if (const auto* challenge = answer.challenge(same.scheme())) {
          return invalid_token(*challenge, answer);
        }
        if (answer.challenges.empty()) {
          return Finding::skipped("the 401 has no challenge at all: see www-authenticate-present");
        }
        return Finding::broken("401 with error=\"invalid_token\"", answer.summary());
      });
}

Finding scope_named(const mcp::Challenge& challenge, const mcp::Answer& answer) {
  if (challenge.parameter("scope") != nullptr) return Finding::met(answer.summary());
  return Finding::broken("a challenge with `scope`", answer.summary(),
                         "a client has to guess which scopes to ask for, or asks for all");
}

Finding scope_hint(Probe& probe) {
  if (probe.target().required_scopes.empty() || probe.target().scopes_assumed) {
    return Finding::skipped("no scope is known that every request needs");
  }
  return check::examines(probe, check::without_credentials(), 401, bearer_challenge(scope_named));
}

bool asks_offline(const mcp::Answer& answer) {
  return std::any_of(
      answer.challenges.begin(), answer.challenges.end(), [](const mcp::Challenge& challenge) {
        const std::string* scope = challenge.parameter("scope");
        if (scope == nullptr) return false;
        const auto scopes = base::words(*scope);
        return std::find(scopes.begin(), scopes.end(), "offline_access") != scopes.end();
      });
}

Finding no_offline_access(Probe& probe) {
  jose::Recipe unscoped = probe.good();
  unscoped.without_claim(probe.target().profile.scope_claim);
  const check::Family attempts = {
      {"without credentials", check::without_credentials()},
      {"without scopes", {.credential = probe.carry(probe.mint(unscoped))}}};
  std::vector<Finding> findings;
  for (const auto& [label, attempt] : attempts) {
    const mcp::Answer answer = probe.send(attempt);
    const bool asks = asks_offline(answer);
    probe.decisive(answer.exchange, asks);
    findings.push_back(check::labelled(
        label, asks ? Finding::broken("challenges without offline_access", answer.summary(),
                                      "refresh tokens are between the client and its "
                                      "authorization server; this server never needs them")
                    : Finding::met(answer.summary())));
  }
  return check::worst(std::move(findings));
}

check::Attempt nothing(Probe&) { return check::without_credentials(); }

const check::Suite answers_cases{
    "challenge",
    check::modes::protected_http(),
    {
        {.id = "www-authenticate-present",
         .title = "every 401 carries WWW-Authenticate",
         .sends = "A request without credentials and one with garbage; then all refusals of the "
                  "run are looked at.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "15.5.2"}, {"RFC 6750", "3"}},
         .requirements = {"REF-01", "RS-04", "RS-10"},
         .needs = {.modes = check::modes::with_scheme(), .last = true},
         .faults = {"challenge.skip", "challenge.missing-on-bad-token"},
         .why = "Without the field a client does not learn that, where and how to log in.",
         .fix = "Add WWW-Authenticate: Bearer to every 401, whatever the reason of the refusal.",
         .run = www_authenticate_present},
        {.id = "bearer-scheme",
         .title = "the challenge of a 401 names the scheme Bearer",
         .sends = "A request without credentials.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6750", "3"}},
         .requirements = {"REF-02", "RS-10"},
         .needs = {.modes = check::modes::bearer_scheme()},
         .faults = {"challenge.wrong-scheme"},
         .why = "Browsers open a password dialogue for Basic; MCP clients give up.",
         .fix = "Begin the challenge with Bearer. Others may stand beside it.",
         .run = check::examines_refusal(nothing, 401, bearer_scheme)},
        {.id = "challenge-syntax",
         .title = "every challenge of the run parses by the grammar, no parameter twice",
         .sends = "A request without credentials and one with garbage; then all challenges of the "
                  "run are parsed.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "11.6.1"}, {"RFC 6750", "3"}},
         .requirements = {"REF-02", "REF-07"},
         .needs = {.last = true},
         .faults = {"challenge.space-joined", "challenge.duplicate-parameter",
                    "challenge.raw-quotes", "key-challenge.space-joined"},
         .why = "A strict client finds nothing in a field that does not parse.",
         .fix = "Join parameters by commas, quote their values and escape quotes inside.",
         .run = challenge_syntax},
        {.id = "no-error-without-credentials",
         .title = "the challenge for a request without credentials has no `error`",
         .sends = "A request without credentials.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6750", "3.1"}},
         .requirements = {"REF-03"},
         .needs = {.modes = check::modes::bearer_scheme()},
         .faults = {"challenge.error-without-credentials"},
         .why = "Clients drop their stored token at invalid_token, also when they only forgot to "
                "send it.",
         .fix = "Leave `error` out where the request had no Authorization field.",
         .run = check::examines_refusal(nothing, 401, bearer_challenge(no_error))},
        {.id = "invalid-token-error",
         .title = "a garbage token is refused with 401 and error=\"invalid_token\"",
         .sends = "The token \"this-is-not-a-token\".",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6750", "3.1"}, {"MCP", "token-handling"}},
         .requirements = {"REF-04", "REF-06", "RS-10", "RS-11"},
         .needs = {.modes = check::modes::bearer_scheme()},
         .faults = {"credential.skip", "challenge.no-error", "challenge.wrong-error", "errors.skip",
                    "errors.tool-error-200", "errors.text-200", "errors.empty-list-200",
                    "errors.rpc-200", "errors.html-200", "errors.empty-200", "errors.no-content",
                    "errors.stream-200", "errors.redirect", "errors.oauth-500"},
         .why = "The error code tells a client to get a new token instead of giving up.",
         .fix = "Answer every failed verification with error=\"invalid_token\", unparseable tokens "
                "included.",
         .run = garbage_token},
        {.id = "scope-hint",
         .title = "the challenge of a 401 names the scopes that are needed",
         .sends = "A request without credentials.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "scope-selection-strategy"}, {"RFC 6750", "3"}},
         .requirements = {"RS-06"},
         .needs = {.modes = check::modes::issued(), .since = Revision::r2025_11_25},
         .faults = {"challenge.no-scope"},
         .why = "Clients that are not told ask for every scope there is.",
         .fix = "Add scope=\"…\" with the scopes of the request to the challenge.",
         .run = scope_hint},
        {.id = "no-offline-access-in-challenge",
         .title = "no challenge asks for the scope offline_access",
         .sends = "A request without credentials, and the good token without scopes.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "refresh-tokens"}},
         .requirements = {"RS-32"},
         .needs = {.modes = check::modes::issued(), .since = Revision::r2026_07_28},
         .faults = {"challenge.offline-access"},
         .why = "Users are asked to let the client act for them when they are away, for nothing.",
         .fix = "Take offline_access out of the challenged scopes.",
         .run = no_offline_access},
    }};

}  // namespace
