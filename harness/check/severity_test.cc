#include "harness/check/severity.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace check {
namespace {

Finding outcome_of(Outcome outcome) {
  Finding finding = Finding::broken("401", "200");
  finding.outcome = outcome;
  return finding;
}

TEST(Judge, BrokenMustIsAFailure) {
  EXPECT_EQ(judge({Level::must}, outcome_of(Outcome::misrefused)).verdict, Verdict::fail);
}

TEST(Judge, BrokenShouldIsAWarning) {
  EXPECT_EQ(judge({Level::should}, outcome_of(Outcome::misrefused)).verdict, Verdict::warn);
}

TEST(Judge, BestPracticeFailsOnlyWhereAnInvalidCredentialIsAccepted) {
  EXPECT_EQ(judge({Level::bcp}, outcome_of(Outcome::accepted)).verdict, Verdict::fail);
  EXPECT_EQ(judge({Level::bcp}, outcome_of(Outcome::misrefused)).verdict, Verdict::warn);
}

TEST(Judge, ObservationNeverFails) {
  const Judgement judgement =
      judge({.level = Level::observe, .attacker = Attacker::anyone}, outcome_of(Outcome::accepted));
  EXPECT_EQ(judgement.verdict, Verdict::pass);
  EXPECT_EQ(judgement.severity, Severity::info);
}

TEST(Judge, OtherLevelAppliesOnlyToAcceptedCredentials) {
  const Demand demand{Level::must, Level::should, Attacker::token_holder};
  EXPECT_EQ(judge(demand, outcome_of(Outcome::accepted)).verdict, Verdict::warn);
  EXPECT_EQ(judge(demand, outcome_of(Outcome::misrefused)).verdict, Verdict::fail);
}

TEST(Judge, LevelOfTheFindingDecidesItsSeverityToo) {
  Finding finding = outcome_of(Outcome::not_applicable);
  finding.level = Level::should;
  const Judgement judgement = judge({Level::must, {}, Attacker::anyone}, finding);
  EXPECT_EQ(judgement.verdict, Verdict::warn);
  EXPECT_EQ(judgement.severity, Severity::low);
}

TEST(Judge, UndecidedIsInconclusiveAndFailedIsAnError) {
  EXPECT_EQ(judge({}, Finding::undecided("")).verdict, Verdict::inconclusive);
  EXPECT_EQ(judge({}, Finding::failed("")).verdict, Verdict::error);
  EXPECT_EQ(judge({}, Finding::skipped("")).verdict, Verdict::skip);
}

TEST(Severity, WhatAnyoneOrATokenHolderOrAnotherIssuerGetsInWithIsCritical) {
  for (const Attacker attacker :
       {Attacker::anyone, Attacker::token_holder, Attacker::other_issuer}) {
    EXPECT_EQ(severity_of(attacker, Impact::bypass, Level::must), Severity::critical);
    EXPECT_EQ(severity_of(attacker, Impact::bypass, Level::profile), Severity::critical);
    EXPECT_EQ(severity_of(attacker, Impact::bypass, Level::bcp), Severity::high);
    EXPECT_EQ(severity_of(attacker, Impact::bypass, Level::should), Severity::high);
  }
}

TEST(Severity, WrongStatusIsMediumWhereItIsForbiddenAndElseLow) {
  EXPECT_EQ(severity_of(Attacker::anyone, Impact::misrefused, Level::must), Severity::medium);
  EXPECT_EQ(severity_of(Attacker::anyone, Impact::misrefused, Level::should), Severity::low);
}

TEST(Severity, UnhandledErrorIsHighUnlessOnlyTheIssuerCanProvokeIt) {
  EXPECT_EQ(severity_of(Attacker::anyone, Impact::failure, Level::should), Severity::high);
  EXPECT_EQ(severity_of(Attacker::issuer, Impact::failure, Level::must), Severity::low);
}

TEST(Severity, WhatOnlyTheIssuerCouldProduceIsLowWhateverComesOfIt) {
  for (const Impact impact : {Impact::bypass, Impact::privilege, Impact::exposure, Impact::failure,
                              Impact::laxity, Impact::misrefused, Impact::requirement}) {
    for (const Level level : {Level::must, Level::should, Level::bcp, Level::profile}) {
      EXPECT_EQ(severity_of(Attacker::issuer, impact, level), Severity::low);
    }
  }
}

TEST(Severity, ALooserReadingThatForgesNothingIsMediumAtMost) {
  EXPECT_EQ(severity_of(Attacker::token_holder, Impact::laxity, Level::must), Severity::medium);
  EXPECT_EQ(severity_of(Attacker::network, Impact::laxity, Level::must), Severity::medium);
}

TEST(Severity, BrokenInteroperabilityIsMediumOrLow) {
  EXPECT_EQ(severity_of(Attacker::none, Impact::requirement, Level::must), Severity::medium);
  EXPECT_EQ(severity_of(Attacker::none, Impact::requirement, Level::should), Severity::low);
  EXPECT_EQ(severity_of(Attacker::none, Impact::bypass, Level::bcp), Severity::low);
}

TEST(Severity, NeverRisesWhereTheLevelDemandsLess) {
  for (const Attacker attacker : {Attacker::anyone, Attacker::token_holder, Attacker::other_issuer,
                                  Attacker::network, Attacker::issuer, Attacker::none}) {
    for (const Impact impact :
         {Impact::bypass, Impact::privilege, Impact::exposure, Impact::failure, Impact::laxity,
          Impact::misrefused, Impact::requirement}) {
      const Severity must = severity_of(attacker, impact, Level::must);
      const Severity bcp = severity_of(attacker, impact, Level::bcp);
      EXPECT_LE(bcp, must);
      EXPECT_LE(severity_of(attacker, impact, Level::should), bcp);
    }
  }
}

/// The rows of the table behind that mark in docs/severity.md.
std::string table_of_page(const std::string& mark) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::stringstream text;
  text << std::ifstream(root / "docs/severity.md").rdbuf();
  const std::string page = text.str();
  const std::size_t head = page.find("|---|", page.find("<!-- " + mark + " -->"));
  const std::size_t begin = page.find('\n', head) + 1;
  return page.substr(begin, page.find("\n\n", begin) + 1 - begin);
}

TEST(Severity, IsAsThePageSays) {
  for (const auto& [mark, attacker] :
       {std::pair("remote", Attacker::token_holder), std::pair("network", Attacker::network)}) {
    std::string table;
    for (const Impact impact :
         {Impact::bypass, Impact::privilege, Impact::exposure, Impact::failure, Impact::laxity,
          Impact::misrefused, Impact::requirement}) {
      const auto at = [&, who = attacker](Level level) {
        return to_string(severity_of(who, impact, level));
      };
      table += fmt::format("| `{}` | {} | {} | {} |\n", to_string(impact), at(Level::must),
                           at(Level::bcp), at(Level::should));
    }
    EXPECT_EQ(table_of_page(mark), table) << mark;
  }
}

TEST(Severity, IsReadByItsName) {
  EXPECT_EQ(severity_named("critical"), Severity::critical);
  EXPECT_EQ(severity_named("low"), Severity::low);
  EXPECT_EQ(severity_named("Low"), std::nullopt);
}

}  // namespace
}  // namespace check
