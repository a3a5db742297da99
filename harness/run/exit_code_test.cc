#include <gtest/gtest.h>

#include "harness/run/run.h"

namespace run {
namespace {

using check::Level;
using check::Verdict;

check::RunResult result_of(std::vector<std::pair<Verdict, Level>> cases) {
  check::RunResult result;
  for (const auto& [verdict, level] : cases) {
    check::CaseResult one;
    one.level = level;
    one.judgement.verdict = verdict;
    result.cases.push_back(std::move(one));
  }
  result.planned = result.cases.size();
  return result;
}

TEST(ExitCode, NothingBrokenIsZero) {
  EXPECT_EQ(
      exit_code(result_of({{Verdict::pass, Level::must}, {Verdict::skip, Level::must}}), true), 0);
}

TEST(ExitCode, AFailCountsBeforeEverythingElse) {
  auto result = result_of({{Verdict::fail, Level::must}, {Verdict::error, Level::must}});
  result.problem = "the server ended";
  result.interrupted = true;
  EXPECT_EQ(exit_code(result, false), 1);
}

TEST(ExitCode, WhatCouldNotBeTestedIsThree) {
  EXPECT_EQ(exit_code(result_of({{Verdict::error, Level::observe}}), false), 3);
  EXPECT_EQ(exit_code(result_of({{Verdict::inconclusive, Level::should}}), false), 3);
  auto down = result_of({});
  down.problem = "nobody answers";
  EXPECT_EQ(exit_code(down, false), 3);
  auto interrupted = result_of({{Verdict::pass, Level::must}});
  interrupted.interrupted = true;
  EXPECT_EQ(exit_code(interrupted, false), 3);
  auto lost = result_of({{Verdict::pass, Level::must}});
  lost.planned = 2;
  EXPECT_EQ(exit_code(lost, false), 3);
}

TEST(ExitCode, AnUndecidedMeasurementCountsOnlyUnderStrict) {
  const auto result = result_of({{Verdict::inconclusive, Level::observe}});
  EXPECT_EQ(exit_code(result, false), 0);
  EXPECT_EQ(exit_code(result, true), 3);
}

TEST(ExitCode, ATimingThatCouldNotBeMeasuredCountsOnlyUnderStrict) {
  auto result = result_of({{Verdict::inconclusive, Level::must}});
  result.cases.front().subject.id = "timing.api-key-prefix";
  EXPECT_EQ(exit_code(result, false), 0);
  EXPECT_EQ(exit_code(result, true), 3);
}

TEST(ExitCode, WarningsCountOnlyUnderStrict) {
  const auto result = result_of({{Verdict::warn, Level::should}});
  EXPECT_EQ(exit_code(result, false), 0);
  EXPECT_EQ(exit_code(result, true), 4);
}

TEST(ExitCode, AStaleBaselineCountsBeforeWarningsAndAfterWhatWasNotTested) {
  auto result = result_of({{Verdict::warn, Level::should}});
  result.baseline_stale = {"claims.expired"};
  EXPECT_EQ(exit_code(result, true), 5);
  result.problem = "nobody answers";
  EXPECT_EQ(exit_code(result, true), 3);
}

TEST(ExitCode, AcceptedFindingsDoNotCount) {
  auto result = result_of({{Verdict::fail, Level::must}});
  result.cases.front().baselined = true;
  EXPECT_EQ(exit_code(result, true), 0);
}

}  // namespace
}  // namespace run
