// API keys in a header field of their own: what comes close to the one that was configured, and
// what several keys are good for.
#include <fmt/core.h>

#include "common/base/text.h"
#include "harness/check/declared.h"
#include "harness/check/fixed_secret.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

/// Only a server that we started was told about more than one key.
std::optional<Finding> cannot_judge(Probe& probe, const char* kind, const char* variable) {
  const auto& options = probe.context().options();
  if (!options.spawned || options.supplied.given()) {
    return Finding::skipped(
        "needs a server that this program starts (--spawn) and gives several keys");
  }
  if (base::contains(check::declared(probe).api_keys, kind)) return std::nullopt;
  return Finding::skipped(fmt::format(
      "the server is not said to know {} (the profile can say so with \"{}\" in /api_keys)",
      variable, kind));
}

Finding second_key(Probe& probe) {
  if (auto skipped = cannot_judge(probe, "several", "API_KEY_2")) return *skipped;
  return probe.accepts({.credential = probe.carry(probe.context().options().secrets.second_api_key),
                        .own_session = true});
}

Finding revoked_key(Probe& probe) {
  if (auto skipped = cannot_judge(probe, "revoked", "API_KEY_REVOKED")) return *skipped;
  return probe.refuses(
      {.credential = probe.carry(probe.context().options().secrets.revoked_api_key)});
}

Finding challenge(Probe& probe) {
  const check::Family attempts = {{"without a key", check::without_credentials()},
                                  {"with a wrong key", check::with_garbage(probe)}};
  std::vector<Finding> findings;
  for (const auto& [label, attempt] : attempts) {
    findings.push_back(check::labelled(
        label, check::examines(probe, attempt, 401, [](Probe&, const mcp::Answer& answer) {
          if (answer.exchange.response->header("WWW-Authenticate") != nullptr) {
            return Finding::met(answer.summary());
          }
          Finding finding = Finding::broken("WWW-Authenticate in the 401", answer.summary(),
                                            "a 401 has to say which credentials it wants");
          finding.cause = "401 without WWW-Authenticate";
          return finding;
        })));
  }
  return check::worst(std::move(findings));
}

const check::Suite shared{"api-key",
                          {check::Mode::api_key},
                          check::fixed_secret_cases({.noun = "key",
                                                     .field = "the header field of the key",
                                                     .empty_fault = {"credential.empty-value"}})};

const check::Suite api_key_cases{
    "api-key",
    {check::Mode::api_key},
    {
        {.id = "second-key",
         .title = "where two keys are configured, the second one is good as well",
         .sends = "The key that the server was given as API_KEY_2.",
         .level = Level::profile,
         .attacker = check::Attacker::none,
         .faults = {"secret.one-key-only"},
         .why = "Keys are changed without an interruption by having two of them for a while.",
         .fix = "Compare with every configured key, and do not stop at the first one.",
         .run = second_key},
        {.id = "revoked-key",
         .title = "a revoked key is refused with 401",
         .sends = "The key that the server was given as API_KEY_REVOKED.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "error-handling"}, {"CWE-613", ""}},
         .requirements = {"RS-21"},
         .faults = {"secret.skip", "secret.revoked-ok"},
         .why = "Keys are revoked because somebody has them who must not.",
         .fix = "Drop revoked keys from what is compared with, caches included.",
         .run = revoked_key},
        {.id = "challenge",
         .title = "a 401 says by WWW-Authenticate which credentials it wants",
         .sends = "The operation without a key, and with a wrong one.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "15.5.2"}, {"RFC 9110", "11.6.1"}},
         .requirements = {"REF-01"},
         .faults = {"key-challenge.skip", "key-challenge.missing-on-bad-key"},
         .why = "The field is demanded of every 401. That no scheme is registered for keys is no "
                "reason to leave it out, though hardly a client would use it.",
         .fix = "Add a challenge that names the field, such as ApiKey realm=\"mcp\", "
                "header=\"X-API-Key\".",
         .run = challenge},
    }};

}  // namespace
