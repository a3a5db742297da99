#include "harness/check/finding.h"

#include <gtest/gtest.h>

namespace check {
namespace {

Finding broken(Outcome outcome) {
  Finding finding = Finding::broken("401", "200");
  finding.outcome = outcome;
  return finding;
}

TEST(Impact, FollowsFromTheOutcomeUnlessTheFindingSaysMore) {
  EXPECT_EQ(impact_of(broken(Outcome::accepted)), Impact::bypass);
  EXPECT_EQ(impact_of(broken(Outcome::misrefused)), Impact::misrefused);
  EXPECT_EQ(impact_of(broken(Outcome::not_applicable)), Impact::requirement);
  Finding failed = broken(Outcome::misrefused);
  failed.impact = Impact::failure;
  EXPECT_EQ(impact_of(failed), Impact::failure);
}

TEST(Worst, OfTwoWithOneOutcomeTheOneWithTheWorseImpactCounts) {
  Finding failed = broken(Outcome::misrefused);
  failed.impact = Impact::failure;
  EXPECT_EQ(worst({broken(Outcome::misrefused), failed}).impact, Impact::failure);
  EXPECT_EQ(worst({failed, broken(Outcome::misrefused)}).impact, Impact::failure);
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
