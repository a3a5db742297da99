#include "harness/check/finding.h"

#include <gtest/gtest.h>

namespace check {
namespace {

Finding broken(Outcome outcome) {
  Finding finding = Finding::broken("401", "200");
  finding.outcome = outcome;
  return finding;
}

TEST(Judge, BrokenMustIsAFailure) {
  EXPECT_EQ(judge(Level::must, {}, broken(Outcome::misrefused)).verdict, Verdict::fail);
  EXPECT_EQ(judge(Level::must, {}, broken(Outcome::misrefused)).severity, Severity::medium);
}

TEST(Judge, AcceptedCredentialIsCritical) {
  EXPECT_EQ(judge(Level::must, {}, broken(Outcome::accepted)).severity, Severity::critical);
}

TEST(Judge, BrokenShouldIsAWarning) {
  EXPECT_EQ(judge(Level::should, {}, broken(Outcome::misrefused)).verdict, Verdict::warn);
}

TEST(Judge, BestPracticeFailsOnlyWhereABadCredentialIsAccepted) {
  EXPECT_EQ(judge(Level::bcp, {}, broken(Outcome::accepted)).verdict, Verdict::fail);
  EXPECT_EQ(judge(Level::bcp, {}, broken(Outcome::misrefused)).verdict, Verdict::warn);
}

TEST(Judge, ObservationNeverFails) {
  EXPECT_EQ(judge(Level::observe, {}, broken(Outcome::accepted)).verdict, Verdict::pass);
}

TEST(Judge, OtherLevelAppliesOnlyToAcceptedCredentials) {
  EXPECT_EQ(judge(Level::must, Level::should, broken(Outcome::accepted)).verdict, Verdict::warn);
  EXPECT_EQ(judge(Level::must, Level::should, broken(Outcome::misrefused)).verdict, Verdict::fail);
}

TEST(Judge, SeverityOfTheFindingWins) {
  Finding finding = broken(Outcome::misrefused);
  finding.severity = Severity::high;
  EXPECT_EQ(judge(Level::must, {}, finding).severity, Severity::high);
}

TEST(Judge, UndecidedIsInconclusiveAndFailedIsAnError) {
  EXPECT_EQ(judge(Level::must, {}, Finding::undecided("")).verdict, Verdict::inconclusive);
  EXPECT_EQ(judge(Level::must, {}, Finding::failed("")).verdict, Verdict::error);
  EXPECT_EQ(judge(Level::must, {}, Finding::skipped("")).verdict, Verdict::skip);
}

TEST(Worst, AcceptedOutweighsEverything) {
  const Finding finding = worst({Finding::met("a"), broken(Outcome::accepted),
                                 broken(Outcome::misrefused), Finding::undecided("b")});
  EXPECT_EQ(finding.outcome, Outcome::accepted);
}

TEST(Worst, TellsEveryFindingOfTheWorstKind) {
  Finding first = broken(Outcome::misrefused);
  first.actual = "initialize: 200";
  Finding second = broken(Outcome::misrefused);
  second.actual = "tools/list: 400";
  EXPECT_EQ(worst({first, Finding::met("ping: 401"), second}).actual,
            "initialize: 200; tools/list: 400");
}

TEST(Worst, OneMetAmongSkippedIsMet) {
  EXPECT_EQ(worst({Finding::skipped("no"), Finding::met("yes")}).kind, Finding::Kind::met);
}

}  // namespace
}  // namespace check
