#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/base/text.h"
#include "harness/run/run.h"

namespace run {
namespace {

using check::CaseResult;
using check::Level;
using check::Severity;
using check::Verdict;

constexpr int kClean = 0;
constexpr int kFindings = 1;
constexpr int kNotTestable = 3;
constexpr int kBelowThreshold = 4;
constexpr int kStaleBaseline = 5;

constexpr std::array kWorstFirst = {Severity::critical, Severity::high, Severity::medium,
                                    Severity::low};

bool is_finding(const CaseResult& one) {
  return one.judgement.verdict == Verdict::fail || one.judgement.verdict == Verdict::warn;
}

bool untested(const CaseResult& one, bool strict) {
  if (one.judgement.verdict == Verdict::error) return true;
  if (one.judgement.verdict != Verdict::inconclusive) return false;
  // A measurement that a noisy machine spoils must not break a build.
  return strict || (one.level != Level::observe && one.subject.suite() != "timing");
}

/// Of the cases that no baseline accepts.
template <typename Which>
std::size_t count(const check::RunResult& result, const Which& which) {
  return static_cast<std::size_t>(
      std::count_if(result.cases.begin(), result.cases.end(),
                    [&](const CaseResult& one) { return !one.baselined && which(one); }));
}

/// "2 critical, 1 medium": the findings of each severity that `counts`.
template <typename Counts>
std::string by_severity(const check::RunResult& result, const Counts& counts) {
  std::vector<std::string> parts;
  for (const Severity severity : kWorstFirst) {
    if (!counts(severity)) continue;
    const std::size_t found = count(result, [&](const CaseResult& one) {
      return is_finding(one) && one.judgement.severity == severity;
    });
    if (found > 0) parts.push_back(fmt::format("{} {}", found, check::to_string(severity)));
  }
  return base::join(parts, ", ");
}

std::string findings(std::size_t number) { return number == 1 ? "finding" : "findings"; }

/// Why not everything was tested; empty where everything was.
std::string not_tested(const check::RunResult& result, bool strict) {
  if (!result.problem.empty()) return "the server could not be tested";
  if (result.interrupted) return "the run was interrupted";
  if (result.planned > result.cases.size()) {
    return fmt::format("{} planned cases have no result", result.planned - result.cases.size());
  }
  if (result.planned < result.cases.size()) return "there are more results than planned cases";
  const std::size_t errors =
      count(result, [](const CaseResult& one) { return one.judgement.verdict == Verdict::error; });
  const std::size_t all =
      count(result, [&](const CaseResult& one) { return untested(one, strict); });
  std::vector<std::string> parts;
  if (all > errors) parts.push_back(fmt::format("{} inconclusive", all - errors));
  if (errors > 0) parts.push_back(fmt::format("{} with errors", errors));
  return base::join(parts, ", ");
}

}  // namespace

check::Decision decide(const check::RunResult& result, const check::Policy& policy) {
  const auto reaches = [&](Severity severity) { return severity >= policy.fail_on; };
  const auto stays_below = [&](Severity severity) { return !reaches(severity); };
  const std::string fail_on = fmt::format("--fail-on {}", check::to_string(policy.fail_on));
  const std::size_t lesser = count(result, [&](const CaseResult& one) {
    return is_finding(one) && stays_below(one.judgement.severity);
  });
  const std::string below = fmt::format("{} {} {} below {}", by_severity(result, stays_below),
                                        findings(lesser), lesser == 1 ? "is" : "are", fail_on);
  const auto decided = [&](int exit_code, std::string reason) {
    return check::Decision{exit_code, policy, std::move(reason)};
  };
  if (const std::string grave = by_severity(result, reaches); !grave.empty()) {
    return decided(kFindings, fmt::format("failed: {}; {}", grave, fail_on));
  }
  if (const std::string missing = not_tested(result, policy.strict); !missing.empty()) {
    return decided(kNotTestable, "undecided: " + missing);
  }
  if (const std::size_t stale = result.baseline_stale.size(); stale > 0) {
    return decided(kStaleBaseline, fmt::format("failed: the baseline accepts {} {} that {} gone",
                                               stale, findings(stale), stale == 1 ? "is" : "are"));
  }
  if (lesser == 0) {
    const bool accepts =
        std::any_of(result.cases.begin(), result.cases.end(),
                    [](const CaseResult& one) { return one.baselined && is_finding(one); });
    return decided(kClean, accepts ? "passed: nothing is broken but what the baseline accepts"
                                   : "passed: nothing is broken");
  }
  if (policy.strict) return decided(kBelowThreshold, "failed: " + below + ", but --strict is on");
  return decided(kClean, "passed: " + below);
}

}  // namespace run
