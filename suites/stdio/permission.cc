// What a token of mode stdio-jwt allows: the list `permissions`.
#include <fmt/core.h>

#include <optional>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/call_refusal.h"
#include "harness/check/family.h"
#include "suites/stdio/token.h"

namespace suites::stdio {
namespace {

using check::Attempt;
using check::Family;
using check::Finding;
using check::Level;
using check::Probe;

// ---------------------------------------------------------------------------------

/// The tool that the token lacks a permission for: one with a permission of its own, else the
/// control's, where one is known to be needed.
std::optional<mcp::Operation> protected_call(const Probe& probe) {
  const check::Target& target = probe.target();
  if (!target.scopes.empty()) return target.control();
  if (target.scoped) {
    return mcp::Operation::call_tool(target.scoped->name, target.scoped->arguments);
  }
  return std::nullopt;
}

/// The good token with those permissions, JSON text; without the claim where it is empty.
Attempt permitted(Probe& probe, const std::string& permissions) {
  jose::Recipe token = probe.good();
  if (permissions.empty()) {
    token.without_claim("permissions");
  } else {
    token.claims.set("permissions", permissions);
  }
  Attempt attempt = carrying(probe, token);
  attempt.operation = protected_call(probe);
  return attempt;
}

constexpr const char* kNotGranted = "the tool ran for a token that was not granted its permission";

Finding refuses_permissions(Probe& probe, const std::string& permissions) {
  if (!protected_call(probe)) {
    return Finding::skipped("no permission is known that a tool needs (the profile's /scopes)");
  }
  return check::no_bypass(probe.refuses(permitted(probe, permissions)), kNotGranted,
                          check::Impact::privilege);
}

/// Says "permission" or the like, so that nobody looks for a mistake in the token.
bool names_permission(const std::string& text) {
  const std::string low = base::to_lower(text);
  for (const char* word : {"permission", "denied", "not allowed", "forbidden", "scope", "role",
                           "privilege", "not authorized"}) {
    if (low.find(word) != std::string::npos) return true;
  }
  return false;
}

Finding permission_is_named(Probe& probe) {
  if (!protected_call(probe)) {
    return Finding::skipped("no permission is known that a tool needs (the profile's /scopes)");
  }
  if (!probe.control_accepted()) return Finding::undecided("good credentials were refused");
  const mcp::Answer answer = probe.send(permitted(probe, R"(["mcp-authspec:nothing"])"));
  const std::string text = mcp::tool_text(answer) + answer.rpc_message;
  const bool named = names_permission(text);
  probe.decisive(answer.exchange, !named);
  if (check::was_run(answer)) return Finding::skipped("it is not refused: other cases judge that");
  if (named) return Finding::met(answer.summary());
  return Finding::broken("an error that speaks of permission", answer.summary(),
                         "the caller gets a new token, which does not help either");
}

check::Body without_permission(std::string permissions) {
  return [permissions = std::move(permissions)](Probe& probe) {
    return refuses_permissions(probe, permissions);
  };
}

Finding near_misses(Probe& probe) {
  const check::Target& target = probe.target();
  if (target.scopes.empty()) {
    return Finding::skipped("no permission is known that every tool needs (the profile's /scopes)");
  }
  const std::string& good = target.scopes.front();
  Family family;
  for (const std::string& near : {"x" + good, good + "x", good + ":read", base::to_upper(good),
                                  good.substr(0, good.size() - 1), std::string("*")}) {
    family.push_back({near, permitted(probe, "[" + base::json_string(near) + "]")});
  }
  family.push_back({"a string that contains it",
                    permitted(probe, base::json_string("not-" + good + "-at-all"))});
  return check::no_bypass(check::refuses_each(probe, family), kNotGranted,
                          check::Impact::privilege);
}

const check::Suite permissions{
    "stdio",
    kToken,
    {
        {.id = "permissions-missing",
         .title = "a token without permissions may do nothing that needs one",
         .sends = "The good token without its permissions.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "server/tools#security-considerations"}, {"CWE-862", ""}},
         .requirements = {"REF-52"},
         .faults = {"permission.missing", "permission.skip"},
         .why = "Whoever has any token has them all.",
         .fix = "Demand the tool's permission, and take a missing claim for an empty list.",
         .run = without_permission("")},
        {.id = "permissions-other",
         .title = "a token with other permissions may not do it",
         .sends = "The good token with a permission that the tool does not ask for.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "server/tools#security-considerations"}, {"CWE-862", ""}},
         .requirements = {"REF-52"},
         .faults = {"permission.skip"},
         .why = "Permissions that nobody compares protect nothing.",
         .fix = "Look for the tool's permission in the token's list.",
         .run = without_permission(R"(["mcp-authspec:nothing"])")},
        {.id = "permissions-near-miss",
         .title = "a permission is compared as a whole",
         .sends = "The good token with permissions that contain the needed one, begin like it, or "
                  "differ in case, and with a string instead of a list.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "server/tools#security-considerations"}, {"CWE-863", ""}},
         .requirements = {"REF-52"},
         .faults = {"permission.contained", "permission.string"},
         .why = "A permission for one thing opens another.",
         .fix = "Compare permissions as whole strings, exactly.",
         .run = near_misses},
        {.id = "permission-is-named",
         .title = "a missing permission is told as one",
         .sends = "The good token with a permission that the tool does not ask for.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "server/tools#error-handling"}},
         .requirements = {"REF-54"},
         .faults = {"permission.as-bad-token"},
         .why = "Told that the token is bad, people and models fetch new ones, in vain.",
         .fix = "Say \"Permission denied\", and which one it takes.",
         .run = permission_is_named},
    }};

}  // namespace
}  // namespace suites::stdio
