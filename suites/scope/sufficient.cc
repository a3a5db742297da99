// Tokens that have what they need, in every form that the target is meant to read.
#include <fmt/core.h>

#include <algorithm>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/declared.h"
#include "suites/scope/needed.h"

namespace {

using check::Body;
using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;
using suites::Needed;
using suites::Scopes;

Body accepts(Scopes (*granted)(const Needed&)) {
  return suites::about_all_scopes([granted](Probe& probe, const Needed& needed) {
    return probe.accepts(suites::with_scopes(probe, needed, granted(needed)));
  });
}

Scopes exactly(const Needed& needed) { return needed.all(); }

Scopes more_behind(const Needed& needed) {
  Scopes scopes = needed.all();
  scopes.insert(scopes.end(), {"profile", "email"});
  return scopes;
}

Scopes more_in_front(const Needed& needed) {
  Scopes scopes = needed.all();
  std::reverse(scopes.begin(), scopes.end());
  scopes.insert(scopes.begin(), {"profile", "email"});
  return scopes;
}

using Form = std::string (*)(const Scopes&);

std::string as_text(const Scopes& scopes) { return base::json_string(base::join(scopes, " ")); }

std::string as_array(const Scopes& scopes) {
  std::vector<std::string> items;
  for (const auto& scope : scopes) items.push_back(base::json_string(scope));
  return "[" + base::join(items, ",") + "]";
}

/// The control's scopes in another claim than `scope`, where the target is meant to read it.
Body accepts_in(std::string claim, Form form) {
  return [claim = std::move(claim), form](Probe& probe) {
    const auto claims = check::declared(probe).scope_claims;
    if (std::find(claims.begin(), claims.end(), claim) == claims.end()) {
      return Finding::skipped(
          fmt::format("the profile does not say that scopes are read from `{}`", claim));
    }
    if (probe.target().scopes.empty()) return Finding::skipped("no scope is needed here");
    jose::Recipe token = probe.good();
    token.without_claim("scope").without_claim(probe.target().profile.scope_claim);
    token.claims.set(claim, form(probe.target().scopes));
    return probe.accepts(token);
  };
}

/// Broader scopes that include what the operation needs.
Scopes broader_than(const Probe& probe, const Needed& needed) {
  Scopes result = needed.broader;
  for (const auto& [broad, included] : probe.target().profile.scope_hierarchy) {
    const bool covers = std::all_of(
        needed.scopes.begin(), needed.scopes.end(), [&, &inside = included](const auto& scope) {
          return std::find(inside.begin(), inside.end(), scope) != inside.end();
        });
    if (covers) result.push_back(broad);
  }
  return result;
}

Finding hierarchy(Probe& probe) {
  std::vector<Finding> findings;
  for (const auto& needed :
       {suites::needed_by_every_request(probe), suites::needed_by_tool(probe)}) {
    if (!needed) continue;
    for (const std::string& broad : broader_than(probe, *needed)) {
      Scopes scopes = needed->base;
      scopes.push_back(broad);
      findings.push_back(
          check::labelled(fmt::format("{} for {}", broad, needed->label),
                          probe.accepts(suites::with_scopes(probe, *needed, scopes))));
    }
  }
  if (findings.empty()) return Finding::skipped("no hierarchy of scopes is known: see the profile");
  return check::worst(std::move(findings));
}

const check::Suite sufficient_cases{
    "scope",
    suites::scoped_modes(),
    {
        {.id = "scope-sufficient",
         .title = "a token with exactly the needed scopes is accepted",
         .sends = "The good token with the needed scopes alone.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6749", "3.3"}, {"RFC 8693", "4.2"}},
         .requirements = {"RS-08"},
         .needs = {.issuer = true},
         .faults = {"scope.broad-only"},
         .why = "Where the scopes that are named do not suffice, clients ask for all of them.",
         .fix = "Ask for the scopes that the challenge and the documentation name, no others.",
         .run = accepts(exactly)},
        {.id = "scope-superset",
         .title = "a token with more scopes than needed is accepted",
         .sends = "The good token with profile and email behind the needed scopes.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6749", "3.3"}, {"RFC 8693", "4.2"}},
         .requirements = {"RS-08"},
         .needs = {.issuer = true},
         .faults = {"scope.superset-refused"},
         .why = "Clients hold one token for several operations.",
         .fix = "Ask whether the needed scopes are among the granted ones.",
         .run = accepts(more_behind)},
        {.id = "scope-order",
         .title = "the order of the scopes in a token does not matter",
         .sends = "The good token with profile and email in front of the needed scopes, those in "
                  "reverse order.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6749", "3.3"}},
         .requirements = {"RS-08"},
         .needs = {.issuer = true},
         .faults = {"scope.order-sensitive", "scope.superset-refused"},
         .why = "Issuers write scopes in any order.",
         .fix = "Treat the claim as a set.",
         .run = accepts(more_in_front)},
        {.id = "scp-array",
         .title = "scopes in an array `scp` are accepted where the profile says so",
         .sends = "The good token with its scopes in an array scp instead.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8693", "4.2"}},
         .requirements = {"RS-08"},
         .needs = {.modes = check::modes::claims(), .issuer = true},
         .faults = {"scope.scp-array-ignored"},
         .why = "Some issuers write scopes as an array `scp`; all their users would be locked out.",
         .fix = "Read scp where there is no scope claim.",
         .run = accepts_in("scp", as_array)},
        {.id = "scp-string",
         .title = "scopes in a text `scp` are accepted where the profile says so",
         .sends = "The good token with its scopes in a string scp instead.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8693", "4.2"}},
         .requirements = {"RS-08"},
         .needs = {.modes = check::modes::claims(), .issuer = true},
         .faults = {"scope.scp-string-ignored"},
         .why = "Some issuers write scopes as a text `scp`; all their users would be locked out.",
         .fix = "Read scp as a text and as an array.",
         .run = accepts_in("scp", as_text)},
        {.id = "permissions-array",
         .title = "scopes in an array `permissions` are accepted where the profile says so",
         .sends = "The good token with its scopes in an array permissions instead.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8693", "4.2"}},
         .requirements = {"RS-08"},
         .needs = {.modes = check::modes::claims(), .issuer = true},
         .faults = {"scope.permissions-ignored"},
         .why = "Some issuers put what a user may do into permissions.",
         .fix = "Read the claim that the configured issuer writes.",
         .run = accepts_in("permissions", as_array)},
        {.id = "roles",
         .title = "scopes in an array `roles` are accepted where the profile says so",
         .sends = "The good token with its scopes in an array roles instead.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9068", "2.2.3.1"}},
         .requirements = {"RS-08"},
         .needs = {.modes = check::modes::claims(), .issuer = true},
         .faults = {"scope.roles-ignored"},
         .why = "Some issuers put what a client may do into roles.",
         .fix = "Read the claim that the configured issuer writes.",
         .run = accepts_in("roles", as_array)},
        {.id = "scope-hierarchy",
         .title = "a broader scope that includes the needed one is accepted",
         .sends = "The good token with each broader scope instead of the one it includes.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "step-up-authorization-flow"}},
         .requirements = {"RS-31"},
         .needs = {.since = Revision::r2026_07_28, .issuer = true},
         .faults = {"scope.hierarchy-ignored"},
         .why = "Users are asked for rights that they have given already.",
         .fix = "Write down which scopes include which, and look there before refusing.",
         .run = hierarchy},
    }};

}  // namespace
