#include "harness/run/runner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <set>
#include <stdexcept>

#include "harness/check/probe.h"

namespace run {
namespace {

using namespace std::chrono_literals;
using check::Case;
using check::Finding;
using check::Probe;
using check::Verdict;

/// A context whose target is nowhere: the cases here send nothing.
class RunCases : public testing::Test {
 protected:
  RunCases() {
    context_ = std::make_unique<check::Context>(
        check::Context::Options{.url = "http://127.0.0.1:9/mcp", .mode = check::Mode::none},
        *provider_, *rogue_);
  }

  static Case make(std::string id, std::function<Finding(Probe&)> body, check::Needs needs = {}) {
    needs.modes = {check::Mode::none};
    return {.id = std::move(id), .needs = needs, .run = std::move(body)};
  }

  check::RunResult run(const std::vector<Case>& cases, unsigned jobs = 2,
                       base::Deadline deadline = base::Deadline::after(60s),
                       const StopReason& stop = {}) {
    check::RunResult result;
    run_cases_until(stop, *context_, cases, jobs, deadline, listener_, result);
    return result;
  }

  std::unique_ptr<idp::MockIdp> provider_ = std::move(*idp::MockIdp::start());
  std::unique_ptr<idp::MockIdp> rogue_ = std::move(*idp::MockIdp::start({.pool_index = 1}));
  std::unique_ptr<check::Context> context_;
  Listener listener_;
};

Finding pass(Probe& /*probe*/) { return Finding::met("fine"); }

TEST_F(RunCases, ResultsComeInTheOrderOfThePlanAndNoneIsLost) {
  std::vector<Case> cases;
  for (int i = 0; i < 50; ++i) cases.push_back(make("x." + std::to_string(i), pass));
  const auto result = run(cases, 4);
  ASSERT_EQ(result.cases.size(), 50U);
  EXPECT_EQ(result.planned, 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(result.cases[i].subject.id, "x." + std::to_string(i));
  EXPECT_EQ(result.count(Verdict::pass), 50U);
}

TEST_F(RunCases, CasesRunSideBySide) {
  std::latch both(2);
  const auto meet = [&](Probe& /*probe*/) {
    both.arrive_and_wait();
    return Finding::met();
  };
  EXPECT_EQ(run({make("x.a", meet), make("x.b", meet)}, 2).count(Verdict::pass), 2U);
}

TEST_F(RunCases, WaitingCasesShareTheirWaitBesideTheOthers) {
  std::latch all(3);
  const auto meet = [&](Probe& /*probe*/) {
    all.arrive_and_wait();
    return Finding::met();
  };
  const auto result = run(
      {make("x.a", meet, {.waits = true}), make("x.b", meet, {.waits = true}), make("x.c", meet)},
      1);
  EXPECT_EQ(result.count(Verdict::pass), 3U);
}

TEST_F(RunCases, CasesThatNeedToBeAloneAreAndLastOnesComeLast) {
  std::atomic<int> running{0};
  std::atomic<int> finished{0};
  const auto ordinary = [&](Probe& /*probe*/) {
    ++running;
    --running;
    ++finished;
    return Finding::met();
  };
  const auto alone = [&](Probe& /*probe*/) {
    EXPECT_EQ(running, 0);
    EXPECT_EQ(finished++, 2);
    return Finding::met();
  };
  const auto last = [&](Probe& /*probe*/) {
    EXPECT_EQ(finished, 3);
    return Finding::met();
  };
  const auto result = run({make("x.last", last, {.last = true}), make("x.a", ordinary),
                           make("x.alone", alone, {.alone = true}), make("x.b", ordinary)});
  EXPECT_EQ(result.count(Verdict::pass), 4U);
  EXPECT_EQ(result.cases.front().subject.id, "x.last");
}

TEST_F(RunCases, AnExceptionIsAnErrorOfThatCaseOnly) {
  const auto result = run({make("x.a", [](Probe&) -> Finding { throw std::runtime_error("oops"); }),
                           make("x.b", pass)});
  EXPECT_EQ(result.cases[0].judgement.verdict, Verdict::error);
  EXPECT_NE(result.cases[0].finding.reason.find("oops"), std::string::npos);
  EXPECT_EQ(result.cases[1].judgement.verdict, Verdict::pass);
}

TEST_F(RunCases, WhatDoesNotRunBeforeTheDeadlineIsInconclusive) {
  const auto result = run({make("x.a", pass)}, 1, base::Deadline::after(0ms));
  EXPECT_EQ(result.cases[0].judgement.verdict, Verdict::inconclusive);
  EXPECT_EQ(result.cases[0].finding.reason, "the run's deadline passed");
}

TEST_F(RunCases, TheDeadlineEndsAWaitThatIsGoingOn) {
  const auto wait = [](Probe& probe) {
    return probe.wait(1h, "testing") ? Finding::met() : Finding::broken("a wait", "cut short");
  };
  const auto result = run({make("x.a", wait, {.waits = true})}, 1, base::Deadline::after(30ms));
  EXPECT_EQ(result.cases[0].judgement.verdict, Verdict::inconclusive);
}

TEST_F(RunCases, AReasonToStopIsGivenToAllThatRemain) {
  std::atomic<bool> over{false};
  const auto result = run({make("x.a",
                                [&](Probe&) {
                                  over = true;
                                  return Finding::met();
                                }),
                           make("x.b", pass)},
                          1, base::Deadline::after(60s), [&]() -> std::optional<std::string> {
                            if (over) return "the server ended: exit code 1";
                            return std::nullopt;
                          });
  EXPECT_EQ(result.cases[0].judgement.verdict, Verdict::pass);
  EXPECT_EQ(result.cases[1].judgement.verdict, Verdict::inconclusive);
  EXPECT_EQ(result.cases[1].finding.reason, "the server ended: exit code 1");
}

TEST_F(RunCases, WhatDoesNotApplyIsSkippedWithTheReason) {
  Case other_mode = make("x.a", pass);
  other_mode.needs.modes = {check::Mode::oauth};
  const auto result = run({other_mode, make("x.b", pass, {.witness = true}),
                           make("x.c", pass, {.spawned = true}), make("x.d", pass, {.scope = true}),
                           make("x.e", pass, {.until = mcp::Revision::r2025_03_26})});
  EXPECT_EQ(result.count(Verdict::skip), 5U);
  EXPECT_EQ(result.cases[0].finding.reason, "applies to mode oauth; the server's mode is none");
  EXPECT_EQ(result.cases[4].finding.reason,
            "applies up to revision 2025-03-26; the server speaks 2026-07-28");
}

TEST_F(RunCases, TheListenerHearsOfEveryCaseOneCallAtATime) {
  std::atomic<int> inside{0};
  std::set<std::string> heard;
  listener_.on_result = [&](const check::CaseResult& one) {
    EXPECT_EQ(inside++, 0);
    heard.insert(one.subject.id);
    --inside;
  };
  std::vector<Case> cases;
  for (int i = 0; i < 30; ++i) cases.push_back(make("x." + std::to_string(i), pass));
  run(cases, 8);
  EXPECT_EQ(heard.size(), 30U);
}

TEST(LevelOf, TheOldestRevisionMayHaveALevelOfItsOwn) {
  const Case subject{.level = check::Level::must, .on_2025_03_26 = check::Level::observe};
  EXPECT_EQ(level_of(subject, mcp::Revision::r2025_03_26), check::Level::observe);
  EXPECT_EQ(level_of(subject, mcp::Revision::r2025_06_18), check::Level::must);
}

}  // namespace
}  // namespace run
