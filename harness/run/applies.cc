#include <fmt/core.h>

#include <algorithm>

#include "common/base/text.h"
#include "harness/check/setting.h"
#include "harness/run/runner.h"

namespace run {
namespace {

std::string modes(const std::vector<check::Mode>& list) {
  std::vector<std::string> names;
  for (const check::Mode mode : list) names.emplace_back(check::to_string(mode));
  return base::join(names, " or ");
}

}  // namespace

std::optional<std::string> skip_reason(const check::Context& context, const check::Case& subject) {
  const check::Needs& needs = subject.needs;
  const check::Target& target = context.target();
  const auto& applicable = needs.modes;
  if (std::find(applicable.begin(), applicable.end(), target.mode) == applicable.end()) {
    if (target.mode == check::Mode::authorization_server) {
      return "is about MCP servers; this is an authorization server alone";
    }
    if (check::modes::contains(check::modes::stdio(), target.mode) &&
        !check::modes::contains(check::modes::tool_calls(), applicable.front())) {
      return "is about HTTP; the server speaks over its standard input and output";
    }
    if (target.mode == check::Mode::in_band &&
        check::modes::contains(check::modes::http(), applicable.front())) {
      return "is about HTTP authorization; here credentials are arguments of tool calls, and HTTP "
             "answers 200 either way";
    }
    return fmt::format("applies to mode {}; the server's mode is {}", modes(applicable),
                       check::to_string(target.mode));
  }
  if (target.revision() < needs.since) {
    return fmt::format("applies from revision {} on; the server speaks {}",
                       mcp::to_string(needs.since), mcp::to_string(target.revision()));
  }
  if (target.revision() > needs.until) {
    return fmt::format("applies up to revision {}; the server speaks {}{}",
                       mcp::to_string(needs.until), mcp::to_string(target.revision()),
                       target.no_sessions.empty() ? "" : " and " + target.no_sessions);
  }
  if (needs.issuer && !context.calibration().accepted) {
    return std::string(check::kNoIssuer);
  }
  if (needs.scope && target.required_scopes.empty()) {
    return "no scope is known that every request needs (the profile can name it in /scopes)";
  }
  if (needs.witness && !target.witness) {
    return "no tool is known that counts its calls (the profile can name one in /witness)";
  }
  if (needs.scoped_tool && !target.scoped) {
    return "no tool is known that needs a scope of its own (the profile can name one in /scoped)";
  }
  if (!needs.setting.empty() && !base::contains(target.settings, needs.setting)) {
    const check::Setting* setting = check::find_setting(needs.setting);
    return std::string(setting == nullptr ? "the server does not have what it needs"
                                          : setting->missing);
  }
  if (needs.spawned && !target.spawned) return "needs a server that this program starts (--spawn)";
  if (needs.loud && !target.url.is_loopback()) {
    return "floods or breaks the server, which is not on this machine";
  }
  if (needs.waits && context.options().quick) return "spends seconds waiting, and --quick is on";
  return std::nullopt;
}

check::Level level_of(const check::Case& subject, mcp::Revision revision) {
  return revision == mcp::Revision::r2025_03_26 ? subject.on_2025_03_26.value_or(subject.level)
                                                : subject.level;
}

check::CaseResult without_running(const check::Case& subject, mcp::Revision revision,
                                  check::Finding finding) {
  check::CaseResult result;
  result.subject = subject;
  result.level = level_of(subject, revision);
  result.judgement = check::judge(subject.demand_at(result.level), finding);
  result.finding = std::move(finding);
  return result;
}

}  // namespace run
