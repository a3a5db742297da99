#include "harness/check/severity.h"

#include <algorithm>
#include <array>

namespace check {
namespace {

constexpr Severity kLow = Severity::low;
constexpr Severity kMedium = Severity::medium;
constexpr Severity kHigh = Severity::high;
constexpr Severity kCritical = Severity::critical;

/// One impact, at the levels MUST and PROFILE, at BCP, and at SHOULD.
struct Row {
  Impact impact;
  std::array<Severity, 3> at;
};
using Table = std::array<Row, 7>;

/// `anyone`, `token_holder` and `other_issuer`: nothing but a connection is needed.
constexpr Table kRemote = {{
    {Impact::bypass, {kCritical, kHigh, kHigh}},
    {Impact::privilege, {kHigh, kHigh, kHigh}},
    {Impact::exposure, {kHigh, kMedium, kMedium}},
    {Impact::failure, {kHigh, kHigh, kHigh}},
    {Impact::laxity, {kMedium, kMedium, kLow}},
    {Impact::misrefused, {kMedium, kLow, kLow}},
    {Impact::requirement, {kMedium, kLow, kLow}},
}};

/// `network`: a victim's browser, or a position on the path, is needed first.
constexpr Table kNetwork = {{
    {Impact::bypass, {kHigh, kMedium, kMedium}},
    {Impact::privilege, {kHigh, kMedium, kMedium}},
    {Impact::exposure, {kHigh, kMedium, kMedium}},
    {Impact::failure, {kMedium, kLow, kLow}},
    {Impact::laxity, {kMedium, kMedium, kLow}},
    {Impact::misrefused, {kMedium, kLow, kLow}},
    {Impact::requirement, {kMedium, kLow, kLow}},
}};

std::size_t column(Level level) {
  if (level == Level::should) return 2;
  return level == Level::bcp ? 1 : 0;
}

Severity look_up(const Table& table, Impact impact, Level level) {
  const auto row = std::find_if(table.begin(), table.end(),
                                [&](const Row& one) { return one.impact == impact; });
  return row->at.at(column(level));
}

Verdict verdict_of_broken(Level level, Outcome outcome) {
  switch (level) {
    case Level::must:
    case Level::profile:
      return Verdict::fail;
    case Level::should:
      return Verdict::warn;
    case Level::bcp:
      return outcome == Outcome::accepted ? Verdict::fail : Verdict::warn;
    case Level::observe:
      break;
  }
  return Verdict::pass;
}

constexpr std::array kSeverities = {Severity::info, kLow, kMedium, kHigh, kCritical};

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
    case Severity::critical:
      break;
  }
  return "critical";
}

std::optional<Severity> severity_named(std::string_view name) {
  const auto* const found =
      std::find_if(kSeverities.begin(), kSeverities.end(),
                   [&](Severity severity) { return to_string(severity) == name; });
  if (found == kSeverities.end()) return std::nullopt;
  return *found;
}

Severity severity_of(Attacker attacker, Impact impact, Level level) {
  if (level == Level::observe) return Severity::info;
  switch (attacker) {
    case Attacker::anyone:
    case Attacker::token_holder:
    case Attacker::other_issuer:
      return look_up(kRemote, impact, level);
    case Attacker::network:
      return look_up(kNetwork, impact, level);
    case Attacker::issuer:
      return kLow;
    case Attacker::none:
      break;
  }
  return level == Level::must || level == Level::profile ? kMedium : kLow;
}

Judgement judge(const Demand& demand, const Finding& finding) {
  switch (finding.kind) {
    case Finding::Kind::met:
      return {Verdict::pass, Severity::info};
    case Finding::Kind::skipped:
      return {Verdict::skip, Severity::info};
    case Finding::Kind::undecided:
      return {Verdict::inconclusive, Severity::info};
    case Finding::Kind::failed:
      return {Verdict::error, Severity::info};
    case Finding::Kind::broken:
      break;
  }
  const bool replaced = finding.outcome == Outcome::accepted && demand.if_accepted;
  const Level level = finding.level.value_or(replaced ? *demand.if_accepted : demand.level);
  return {verdict_of_broken(level, finding.outcome),
          severity_of(demand.attacker, impact_of(finding), level)};
}

}  // namespace check
