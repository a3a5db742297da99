#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/run/run.h"

namespace run {
namespace {

using check::Level;
using check::Severity;
using check::Verdict;

struct One {
  Verdict verdict = Verdict::pass;
  Severity severity = Severity::info;
  Level level = Level::must;
  bool baselined = false;
};

constexpr One kPass{Verdict::pass};
constexpr One kSkip{Verdict::skip};
constexpr One kError{Verdict::error};
constexpr One kUndecided{Verdict::inconclusive};
constexpr One kUnmeasured{.verdict = Verdict::inconclusive, .level = Level::observe};

One fails(Severity severity) { return {Verdict::fail, severity}; }
One warns(Severity severity) { return {Verdict::warn, severity, Level::should}; }
One accepted(One one) {
  one.baselined = true;
  return one;
}

check::RunResult result_of(const std::vector<One>& cases) {
  check::RunResult result;
  for (const One& one : cases) {
    check::CaseResult decided;
    decided.level = one.level;
    decided.judgement = {one.verdict, one.severity};
    decided.baselined = one.baselined;
    result.cases.push_back(std::move(decided));
  }
  result.planned = result.cases.size();
  return result;
}

check::Decision decided(const std::vector<One>& cases, Severity fail_on, bool strict = false) {
  return decide(result_of(cases), {fail_on, strict});
}

/// A row of docs/exit-codes.md: what was found, at which threshold, without and with --strict.
struct Row {
  std::vector<One> cases;
  Severity fail_on;
  int exit_code;
  int strict;
  std::string reason;  ///< without --strict
};

TEST(Decide, FollowsTheTable) {
  const One low_fail = fails(Severity::low);
  const One low_warn = warns(Severity::low);
  const One high_warn = warns(Severity::high);
  const One critical = fails(Severity::critical);
  const std::vector<Row> rows = {
      {{kPass, kSkip}, Severity::medium, 0, 0, "passed: nothing is broken"},
      {{critical, critical, fails(Severity::medium), low_warn},
       Severity::medium,
       1,
       1,
       "failed: 2 critical, 1 medium; --fail-on medium"},
      {{high_warn}, Severity::medium, 1, 1, "failed: 1 high; --fail-on medium"},
      {{low_fail, low_warn, low_warn},
       Severity::medium,
       0,
       4,
       "passed: 3 low findings are below --fail-on medium"},
      {{low_fail}, Severity::medium, 0, 4, "passed: 1 low finding is below --fail-on medium"},
      {{low_fail}, Severity::low, 1, 1, "failed: 1 low; --fail-on low"},
      {{low_warn}, Severity::low, 1, 1, "failed: 1 low; --fail-on low"},
      {{critical}, Severity::critical, 1, 1, "failed: 1 critical; --fail-on critical"},
      {{high_warn, fails(Severity::medium)},
       Severity::critical,
       0,
       4,
       "passed: 1 high, 1 medium findings are below --fail-on critical"},
      {{critical, kError, kUndecided},
       Severity::medium,
       1,
       1,
       "failed: 1 critical; --fail-on medium"},
      {{low_fail, kUndecided, kError},
       Severity::medium,
       3,
       3,
       "undecided: 1 inconclusive, 1 with errors"},
      {{kUnmeasured}, Severity::medium, 0, 3, "passed: nothing is broken"},
      {{accepted(critical), accepted(kUndecided)},
       Severity::medium,
       0,
       0,
       "passed: nothing is broken but what the baseline accepts"},
      {{accepted(critical), low_warn},
       Severity::medium,
       0,
       4,
       "passed: 1 low finding is below --fail-on medium"},
  };
  for (const Row& row : rows) {
    const check::Decision decision = decided(row.cases, row.fail_on);
    EXPECT_EQ(decision.exit_code, row.exit_code) << row.reason;
    EXPECT_EQ(decision.reason, row.reason);
    EXPECT_EQ(decided(row.cases, row.fail_on, /*strict=*/true).exit_code, row.strict) << row.reason;
  }
}

TEST(Decide, SaysWhyStrictFails) {
  EXPECT_EQ(decided({warns(Severity::low)}, Severity::medium, true).reason,
            "failed: 1 low finding is below --fail-on medium, but --strict is on");
}

TEST(Decide, ATimingThatCouldNotBeMeasuredCountsOnlyUnderStrict) {
  auto result = result_of({kUndecided});
  result.cases.front().subject.id = "timing.api-key-prefix";
  EXPECT_EQ(decide(result, {}).exit_code, 0);
  EXPECT_EQ(decide(result, {.strict = true}).exit_code, 3);
}

TEST(Decide, ARunThatDidNotEndIsUndecided) {
  auto down = result_of({});
  down.problem = "nobody answers";
  EXPECT_EQ(decide(down, {}).exit_code, 3);
  EXPECT_EQ(decide(down, {}).reason, "undecided: the server could not be tested");
  auto interrupted = result_of({kPass});
  interrupted.interrupted = true;
  EXPECT_EQ(decide(interrupted, {}).exit_code, 3);
  auto lost = result_of({kPass});
  lost.planned = 2;
  EXPECT_EQ(decide(lost, {}).exit_code, 3);
}

TEST(Decide, AFindingThatCountsOutweighsWhatWasNotTested) {
  auto result = result_of({fails(Severity::medium)});
  result.problem = "the server ended";
  result.interrupted = true;
  EXPECT_EQ(decide(result, {}).exit_code, 1);
}

TEST(Decide, AStaleBaselineCountsAfterWhatWasNotTestedAndBeforeTheRest) {
  auto result = result_of({warns(Severity::low)});
  result.baseline_stale = {"claims.expired"};
  EXPECT_EQ(decide(result, {}).exit_code, 5);
  EXPECT_EQ(decide(result, {.strict = true}).exit_code, 5);
  EXPECT_EQ(decide(result, {}).reason, "failed: the baseline accepts 1 finding that is gone");
  result.problem = "nobody answers";
  EXPECT_EQ(decide(result, {}).exit_code, 3);
}

TEST(Decide, KeepsThePolicyForTheReports) {
  const check::Decision decision = decided({kPass}, Severity::high, true);
  EXPECT_EQ(decision.policy.fail_on, Severity::high);
  EXPECT_TRUE(decision.policy.strict);
  EXPECT_TRUE(decision.passed());
}

}  // namespace
}  // namespace run
