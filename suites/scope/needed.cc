#include "suites/scope/needed.h"

#include <fmt/core.h>

#include "common/base/json.h"
#include "common/base/text.h"

namespace suites {
namespace {

constexpr const char* kUnrelated = "profile";
constexpr const char* kNothingKnown =
    "no scope that a request needs is known: name scopes or a scoped tool in the profile";

check::Attempt attempt(check::Probe& probe, const Needed& needed, const jose::Recipe& token) {
  return {.credential = probe.carry(probe.mint(token)),
          .operation = needed.operation,
          .own_session = true};
}

std::string json_array(const Scopes& scopes) {
  std::vector<std::string> items;
  for (const auto& scope : scopes) items.push_back(base::json_string(scope));
  return "[" + base::join(items, ",") + "]";
}

std::optional<Needed> required(const check::Target& target) {
  if (target.required_scopes.empty()) return std::nullopt;
  const auto operation = target.profile.operation.value_or(mcp::Operation::list_tools());
  Needed needed{.label = operation.method, .operation = operation};
  needed.scopes = target.required_scopes;
  return needed;
}

}  // namespace

check::Modes scoped_modes() {
  check::Modes modes = check::modes::claims();
  modes.push_back(check::Mode::userinfo);
  return modes;
}

Scopes Needed::all() const {
  Scopes together = base;
  together.insert(together.end(), scopes.begin(), scopes.end());
  return together;
}

std::optional<Needed> needed_by_every_request(const check::Probe& probe) {
  if (probe.target().scopes_assumed) return std::nullopt;
  return required(probe.target());
}

std::optional<Needed> needed_by_our_word(const check::Probe& probe) {
  if (!probe.target().scopes_assumed) return std::nullopt;
  return required(probe.target());
}

std::optional<Needed> needed_by_tool(const check::Probe& probe) {
  const check::Target& target = probe.target();
  if (!target.scoped || target.scoped->scopes.empty()) return std::nullopt;
  return Needed{
      .label = "the tool " + target.scoped->name,
      .operation = mcp::Operation::call_tool(target.scoped->name, target.scoped->arguments),
      .base = target.scopes,
      .scopes = target.scoped->scopes,
      .broader = target.scoped->broader};
}

check::Body about_scopes(OfNeeded judge) {
  return [judge = std::move(judge)](check::Probe& probe) {
    auto needed = needed_by_every_request(probe);
    if (!needed) needed = needed_by_tool(probe);
    if (!needed) return check::Finding::skipped(kNothingKnown);
    return judge(probe, *needed);
  };
}

check::Body about_all_scopes(OfNeeded judge) {
  return [judge = std::move(judge)](check::Probe& probe) {
    std::vector<check::Finding> findings;
    for (const auto& needed : {needed_by_every_request(probe), needed_by_tool(probe)}) {
      if (needed) findings.push_back(check::labelled(needed->label, judge(probe, *needed)));
    }
    if (findings.empty()) return check::Finding::skipped(kNothingKnown);
    return check::worst(std::move(findings));
  };
}

check::Attempt with_scopes(check::Probe& probe, const Needed& needed, const Scopes& scopes) {
  jose::Recipe token = probe.good();
  const std::string& claim = probe.target().profile.scope_claim;
  if (probe.target().profile.scopes_are_text()) {
    token.claims.set_string(claim, base::join(scopes, " "));
  } else {
    token.claims.set(claim, json_array(scopes));
  }
  return attempt(probe, needed, token);
}

check::Attempt with_scope_text(check::Probe& probe, const Needed& needed, const std::string& text) {
  jose::Recipe token = probe.good();
  const std::string& claim = probe.target().profile.scope_claim;
  const bool is_text = probe.target().profile.scopes_are_text();
  token.claims.set(claim, is_text ? base::json_string(text) : json_array({text}));
  return attempt(probe, needed, token);
}

check::Attempt without_scopes(check::Probe& probe, const Needed& needed) {
  jose::Recipe token = probe.good();
  token.without_claim(probe.target().profile.scope_claim);
  return attempt(probe, needed, token);
}

check::Attempt unrelated_scopes(check::Probe& probe, const Needed& needed) {
  Scopes scopes = needed.base;
  scopes.emplace_back(kUnrelated);
  return with_scopes(probe, needed, scopes);
}

}  // namespace suites
