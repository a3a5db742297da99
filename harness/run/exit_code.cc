#include <algorithm>

#include "harness/run/run.h"

namespace run {
namespace {

using check::CaseResult;
using check::Level;
using check::Verdict;

constexpr int kClean = 0;
constexpr int kFindings = 1;
constexpr int kNotTestable = 3;
constexpr int kOnlyWarnings = 4;
constexpr int kStaleBaseline = 5;

bool untested(const CaseResult& one, bool strict) {
  if (one.judgement.verdict == Verdict::error) return true;
  if (one.judgement.verdict != Verdict::inconclusive) return false;
  // A measurement that a noisy machine spoils must not break a build.
  return strict || (one.level != Level::observe && one.subject.suite() != "timing");
}

}  // namespace

int exit_code(const check::RunResult& result, bool strict) {
  const auto any = [&](const auto& which) {
    return std::any_of(result.cases.begin(), result.cases.end(),
                       [&](const CaseResult& one) { return !one.baselined && which(one); });
  };
  if (any([](const CaseResult& one) { return one.judgement.verdict == Verdict::fail; })) {
    return kFindings;
  }
  if (!result.problem.empty() || result.interrupted || result.planned != result.cases.size() ||
      any([&](const CaseResult& one) { return untested(one, strict); })) {
    return kNotTestable;
  }
  if (!result.baseline_stale.empty()) return kStaleBaseline;
  if (strict && any([](const CaseResult& one) { return one.judgement.verdict == Verdict::warn; })) {
    return kOnlyWarnings;
  }
  return kClean;
}

}  // namespace run
