// Genuine tokens that are not valid here, on every method: what a check per method forgets.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/text.h"
#include "harness/check/family.h"
#include "suites/surface/methods.h"

namespace suites::surface {
namespace {

using check::Attacker;
using check::Finding;
using check::Impact;
using check::Level;
using check::Probe;

/// What anyone gets is reported by the case on that way.
Finding held_back(Probe& probe, const Ways& ways, const Forgeries& forgeries) {
  const Forgeries by_anyone = presented_by_anyone(probe);
  return on_each(ways, [&](const Way& way) {
    Finding finding = verified(probe, way, forgeries);
    if (finding.kind != Finding::Kind::broken) return finding;
    if (verified(probe, way, by_anyone).kind != Finding::Kind::broken) return finding;
    return Finding::skipped(way.name + " is open to anyone: see the case on it");
  });
}

Finding on_all_methods(Probe& probe, const Forgeries& forgeries) {
  if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
  if (forgeries.empty()) return Finding::skipped("there is no token of this kind here");
  const Forgeries rejected = rejected_by_control(probe, forgeries);
  if (rejected.empty()) {
    return Finding::skipped(
        "the control's own operation accepts it too: see suites claims, "
        "introspection and userinfo");
  }
  return held_back(probe, to_methods(probe), rejected);
}

Finding expired_anywhere(Probe& probe) { return on_all_methods(probe, expired(probe)); }

Finding foreign_anywhere(Probe& probe) { return on_all_methods(probe, for_another_server(probe)); }

/// The scopes that the server itself names for this way, to a request without credentials.
std::vector<std::string> named_scopes(Probe& probe, const Way& way) {
  const mcp::Answer challenged = way.send(check::nothing());
  const mcp::Challenge* const challenge = challenged.challenge(probe.scheme());
  const std::string* const scope = challenge == nullptr ? nullptr : challenge->parameter("scope");
  return scope == nullptr ? std::vector<std::string>() : base::words(*scope);
}

/// What needs the scope where a list does: a challenge alone is no more than a recommendation of
/// what to ask for, and handshakes need none on many servers.
Ways to_uses(Probe& probe) {
  Ways ways;
  for (const auto make : {to_tools, to_resources, to_prompts, to_completion}) {
    for (Way& way : make(probe)) ways.push_back(std::move(way));
  }
  std::erase_if(ways, [&](const Way& way) {
    const auto named = named_scopes(probe, way);
    return std::none_of(named.begin(), named.end(), [&](const std::string& scope) {
      return base::contains(probe.target().scopes, scope);
    });
  });
  return ways;
}

/// Which operations need a scope is the server's to say: it does where it rejects tools/list.
Finding unscoped_anywhere(Probe& probe) {
  if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
  const Forgeries forgeries = without_scopes(probe);
  if (forgeries.empty()) return Finding::skipped("no scope that a request needs is known");
  const Way list = of_operation(probe, mcp::Operation::list_tools());
  const mcp::Answer listed_without = list.send(forgeries.front().credential);
  if (listed_without.status() != 403) {
    return Finding::skipped(
        fmt::format("tools/list without the scope gets {}, not 403: see "
                    "scope.insufficient-scope",
                    listed_without.status()));
  }
  const Ways ways = to_uses(probe);
  if (ways.empty()) return Finding::skipped("no challenge names a scope that a request needs");
  Finding finding = held_back(probe, ways, forgeries);
  if (finding.impact != Impact::bypass) return finding;
  finding.impact = Impact::privilege;
  finding.reason =
      "tools/list needs the scope, the server's challenge names it for this request too, and a "
      "token without it gets what a token with it gets";
  return finding;
}

check::Modes scoped() {
  check::Modes modes = check::modes::claims();
  modes.push_back(check::Mode::userinfo);
  return modes;
}

check::Modes expiring() {
  check::Modes modes = check::modes::jwt();
  for (const check::Mode mode : check::modes::opaque()) modes.push_back(mode);
  return modes;
}

const check::Suite kHolderCases{
    "surface",
    check::modes::jwt(),
    {
        {.id = "expired-token",
         .title = "Rejects an expired or revoked token on every method with 401",
         .sends = "A token that expired two hours ago, or one that was revoked where the issuer is "
                  "asked, with each method that the server has.",
         .level = Level::must,
         .attacker = Attacker::token_holder,
         .references = {{"MCP", "token-handling"}, {"RFC 7519", "4.1.4"}},
         .requirements = {"RS-08", "RS-11"},
         .needs = {.modes = expiring(), .issuer = true},
         .faults = {"exp.calls-unchecked"},
         .why = "A token that leaks into a log can be used without a limit in time on the methods "
                "whose check is missing.",
         .fix = "Verify the token once, in front of every method, with its exp claim.",
         .run = expired_anywhere},
        {.id = "wrong-audience",
         .title = "Rejects a token for another server on every method with 401",
         .sends = "A token for another server with each method that this server has.",
         .level = Level::must,
         .attacker = Attacker::token_holder,
         .on_2025_03_26 = Level::bcp,
         .references = {{"MCP", "token-handling"},
                        {"MCP security", "token-audience-binding-and-validation"}},
         .requirements = {"RS-09"},
         .needs = {.issuer = true},
         .faults = {"aud.calls-unchecked"},
         .why = "The operator of another server that a user logged in to can use that user's token "
                "here.",
         .fix = "Verify the token once, in front of every method, with its aud claim.",
         .run = foreign_anywhere},
        {.id = "insufficient-scope",
         .title = "Rejects a token without the scope on every method that the scope is needed for",
         .sends = "Where tools/list needs a scope: a token without it with tools/call, "
                  "resources/read, prompts/get and others whose challenge names that scope.",
         .level = Level::must,
         .attacker = Attacker::token_holder,
         .references = {{"MCP", "error-handling"}, {"MCP", "token-handling"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-08", "RS-22"},
         .needs = {.modes = scoped(), .issuer = true},
         .faults = {"scope.calls-unchecked"},
         .why = "A client that was granted less than it needs uses the methods whose check is "
                "missing.",
         .fix =
             "Check the scopes of the token for every method, and answer 403 insufficient_scope.",
         .run = unscoped_anywhere},
    }};

}  // namespace
}  // namespace suites::surface
