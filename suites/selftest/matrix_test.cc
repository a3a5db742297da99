#include "suites/selftest/matrix.h"

#include <gtest/gtest.h>

namespace selftest {
namespace {

using check::Verdict;

check::Case naming(std::string id, std::vector<std::string> faults,
                   check::Level level = check::Level::must) {
  check::Case subject;
  subject.id = std::move(id);
  subject.level = level;
  subject.faults = std::move(faults);
  return subject;
}

StageResult stage(std::string fault, std::vector<Cell> cells) {
  StageResult result;
  result.stage.fault = std::move(fault);
  result.cells = std::move(cells);
  return result;
}

const std::vector<Fault> kFaults = {{"exp.skip", "expired tokens are taken", {}}};

TEST(Matrix, CaseThatPassesAndTurnsRedIsProven) {
  const auto matrix = draw_up({naming("claims.expired", {"exp.skip"})}, kFaults,
                              {stage("", {{"claims.expired", Verdict::pass, "401", ""}})},
                              {stage("exp.skip", {{"claims.expired", Verdict::fail, "200", ""}})});
  EXPECT_TRUE(matrix.sound());
  EXPECT_EQ(matrix.faults[0].found_by, std::vector<std::string>{"claims.expired"});
}

TEST(Matrix, CaseThatStaysGreenIsUnprovenAndItsFaultSurvives) {
  const auto matrix = draw_up({naming("claims.expired", {"exp.skip"})}, kFaults,
                              {stage("", {{"claims.expired", Verdict::pass, "401", ""}})},
                              {stage("exp.skip", {{"claims.expired", Verdict::pass, "401", ""}})});
  EXPECT_EQ(matrix.survivors(), std::vector<std::string>{"exp.skip"});
  ASSERT_EQ(matrix.unproven.size(), 1U);
  EXPECT_EQ(matrix.unproven[0].reason, "does not find exp.skip");
}

TEST(Matrix, CaseThatIsRedOnTheStrictServerIsUnproven) {
  const auto matrix =
      draw_up({naming("claims.expired", {"exp.skip"})}, kFaults,
              {stage("", {{"claims.expired", Verdict::fail, "200", "an expired token is taken"}})},
              {stage("exp.skip", {{"claims.expired", Verdict::fail, "200", ""}})});
  EXPECT_FALSE(matrix.sound());
}

TEST(Matrix, CaseThatIsSkippedEverywhereIsUnproven) {
  const auto matrix = draw_up({naming("claims.expired", {"exp.skip"})}, kFaults,
                              {stage("", {{"claims.expired", Verdict::skip, "", "no scope"}})},
                              {stage("exp.skip", {{"claims.expired", Verdict::fail, "200", ""}})});
  ASSERT_FALSE(matrix.unproven.empty());
  EXPECT_EQ(matrix.unproven[0].reason, "was judged nowhere: no scope");
}

TEST(Matrix, CaseWithoutFaultIsUnprovenUnlessItOnlyObserves) {
  const auto matrix = draw_up(
      {naming("claims.a", {}), naming("claims.b", {}, check::Level::observe)}, {},
      {stage("", {{"claims.a", Verdict::pass, "", ""}, {"claims.b", Verdict::pass, "", ""}})}, {});
  ASSERT_EQ(matrix.unproven.size(), 1U);
  EXPECT_EQ(matrix.unproven[0].case_id, "claims.a");
}

TEST(Matrix, ObservationThatChangesProvesACaseThatOnlyObserves) {
  const auto matrix =
      draw_up({naming("claims.leeway", {"exp.skip"}, check::Level::observe)}, kFaults,
              {stage("", {{"claims.leeway", Verdict::pass, "0 s", ""}})},
              {stage("exp.skip", {{"claims.leeway", Verdict::pass, "more than 600 s", ""}})});
  EXPECT_TRUE(matrix.sound());
}

TEST(Matrix, UnknownFaultIsNamed) {
  const auto matrix = draw_up({naming("claims.a", {"no.such"})}, {},
                              {stage("", {{"claims.a", Verdict::pass, "", ""}})}, {});
  ASSERT_EQ(matrix.unproven.size(), 1U);
  EXPECT_EQ(matrix.unproven[0].reason, "names an unknown fault, no.such");
}

TEST(Matrix, RedCaseThatDoesNotNameTheFaultIsCollateral) {
  const auto matrix =
      draw_up({naming("claims.a", {})}, kFaults, {stage("", {{"claims.a", Verdict::pass, "", ""}})},
              {stage("exp.skip", {{"claims.a", Verdict::fail, "", ""}})});
  EXPECT_EQ(matrix.collateral(), 1U);
  EXPECT_TRUE(matrix.survivors().empty());
}

}  // namespace
}  // namespace selftest
