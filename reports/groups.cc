#include "reports/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "common/base/text.h"
#include "reports/text.h"

namespace reports {
namespace {

using check::Verdict;

bool is_finding(const check::CaseResult& result) {
  const auto verdict = result.judgement.verdict;
  return (verdict == Verdict::fail || verdict == Verdict::warn) && !result.baselined;
}

bool was_accepted(const check::CaseResult& one) {
  return one.finding.outcome == check::Outcome::accepted;
}

/// That tokens are accepted says nothing yet: what mends it tells whether the defect is the same.
/// A rejection with one cause is one defect, whomever its cases serve and however much they demand.
bool alike(const check::CaseResult& a, const check::CaseResult& b) {
  if (a.finding.cause.empty() || a.finding.cause != b.finding.cause) return false;
  if (was_accepted(a) != was_accepted(b)) return false;
  return !was_accepted(a) ||
         (a.judgement.verdict == b.judgement.verdict &&
          a.judgement.severity == b.judgement.severity && a.subject.fix == b.subject.fix);
}

/// Worst first; a FAIL before a WARN.
std::tuple<int, int> rank(const check::CaseResult& one) {
  return {-static_cast<int>(one.judgement.severity), static_cast<int>(one.judgement.verdict)};
}

std::string title_of(const check::CaseResult& one) {
  return one.finding.cause.empty() || was_accepted(one) ? one.subject.title : one.finding.cause;
}

/// Adds to the group that `matches`, or begins a new one.
template <typename Matches>
void add(std::vector<Group>& groups, const check::CaseResult& result, std::string key,
         Matches matches) {
  const auto found = std::find_if(groups.begin(), groups.end(), matches);
  if (found != groups.end()) {
    found->members.push_back(&result);
  } else {
    groups.push_back({std::move(key), {&result}});
  }
}

/// " (1 critical, 2 accepted)", the parts that are not zero.
std::string notes(std::size_t grave, Verdict verdict, const check::RunResult& result) {
  const auto accepted = std::count_if(
      result.cases.begin(), result.cases.end(),
      [&](const auto& one) { return one.baselined && one.judgement.verdict == verdict; });
  std::vector<std::string> parts;
  if (grave > 0) parts.push_back(fmt::format("{} critical", grave));
  if (accepted > 0) parts.push_back(fmt::format("{} accepted", accepted));
  return parts.empty() ? "" : " (" + base::join(parts, ", ") + ")";
}

}  // namespace

std::vector<Group> findings(const check::RunResult& result) {
  std::vector<const check::CaseResult*> found;
  for (const auto& one : result.cases) {
    if (is_finding(one)) found.push_back(&one);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
  // So the first of a group is the worst, and the groups are in order.
  std::vector<Group> groups;
  for (const auto* one : found) {
    add(groups, *one, title_of(*one),
        [&](const Group& group) { return alike(group.first(), *one); });
  }
  return groups;
}

check::Advice advice_on(const check::CaseResult& one, const check::RunResult& result) {
  const bool broken = one.finding.kind == check::Finding::Kind::broken;
  const auto advice =
      broken ? check::advice_for(one.finding.cause, result.target.framework) : std::nullopt;
  return advice.value_or(check::Advice{one.subject.why, one.subject.fix});
}

std::vector<Group> by_reason(const check::RunResult& result, Verdict verdict) {
  std::vector<Group> groups;
  for (const auto& one : result.cases) {
    if (one.judgement.verdict != verdict) continue;
    const auto reason = one_line(one.finding.reason);
    add(groups, one, reason.empty() ? "no reason given" : reason,
        [&](const Group& group) { return group.key == reason; });
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.members.size() > b.members.size();
  });
  return groups;
}

std::string heading_of(const Group& group) {
  const auto more = group.members.size() - 1;
  if (more == 0) return one_line(group.key);
  if (was_accepted(group.first())) {
    return fmt::format("{} - and {} more like it", one_line(group.key), more);
  }
  return fmt::format("{} - {}", one_line(group.key), counted(more + 1, "case"));
}

std::string brief_ids_of(const Group& group) {
  constexpr std::size_t kPerSuite = 6;
  std::vector<std::pair<std::string, std::vector<std::string>>> suites;
  for (const auto* member : group.members) {
    const auto suite = member->subject.suite();
    if (suites.empty() || suites.back().first != suite) suites.push_back({suite, {}});
    suites.back().second.push_back(member->subject.id);
  }
  std::vector<std::string> parts;
  for (auto& [suite, ids] : suites) {
    const auto all = ids.size();
    if (all > kPerSuite + 1) {
      ids.resize(kPerSuite);
      ids.push_back(fmt::format("{} more of {}", all - kPerSuite, suite));
    }
    parts.push_back(base::join(ids, ", "));
  }
  return base::join(parts, ", ");
}

std::string ids_of(const Group& group) {
  std::vector<std::string> ids;
  for (const auto* member : group.members) ids.push_back(member->subject.id);
  return base::join(ids, ", ");
}

mcp::Revision revision_of(const check::RunResult& result) {
  return mcp::revision_from(result.target.revision).value_or(mcp::kNewest);
}

mcp::Revision revision_of(const check::RunResult& result, const check::CaseResult& one) {
  return one.revision.value_or(revision_of(result));
}

std::string sessions_text(const check::TargetFacts& target) {
  return target.session_revision.empty() ? "" : "tested at " + target.session_revision;
}

std::string interruption(const check::RunResult& result) {
  return fmt::format("{} of {} planned cases were decided.",
                     result.cases.size() - result.count(Verdict::inconclusive), result.planned);
}

std::string demanded_level(const check::CaseResult& result) {
  const auto level = check::to_string(result.level);
  const auto& milder = result.subject.if_accepted;
  if (!was_accepted(result) || !milder || *milder == result.level) return std::string(level);
  return fmt::format("{}, but {} where it is accepted", level, check::to_string(*milder));
}

std::size_t critical(const check::RunResult& result) {
  return static_cast<std::size_t>(
      std::count_if(result.cases.begin(), result.cases.end(), [](const auto& one) {
        return one.judgement.verdict == Verdict::fail && !one.baselined &&
               one.judgement.severity == check::Severity::critical;
      }));
}

std::string closing_line(const check::RunResult& result) {
  return fmt::format(
      "{}: {} passed, {} failed{}, {}{}, {} skipped, {} inconclusive, {} in {}",
      counted(result.cases.size(), "case"), result.count(Verdict::pass),
      result.count(Verdict::fail), notes(critical(result), Verdict::fail, result),
      counted(result.count(Verdict::warn), "warning"), notes(0, Verdict::warn, result),
      result.count(Verdict::skip), result.count(Verdict::inconclusive),
      counted(result.count(Verdict::error), "error"), duration_text(result.duration.count()));
}

std::string decision_text(const check::Decision& decision) {
  return fmt::format("{} (exit code {})", decision.reason, decision.exit_code);
}

std::string_view attacker_of(const check::CaseResult& result) {
  return check::to_string(result.subject.attacker.value_or(check::Attacker::none));
}

std::string attackers_of(const Group& group) {
  std::vector<std::string> names;
  for (const auto* member : group.members) {
    const std::string name(attacker_of(*member));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return base::join(names, ", ");
}

}  // namespace reports
