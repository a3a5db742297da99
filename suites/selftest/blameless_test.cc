// What is in the way of a server, or how it words a rejection, must not be taken for a breach.
#include <gtest/gtest.h>

#include <algorithm>

#include "suites/selftest/stage.h"

namespace selftest {
namespace {

std::vector<check::Case> usual_cases() {
  std::vector<check::Case> cases;
  for (const auto& subject : check::all_cases()) {
    if (!is_dear(subject) || subject.suite() == "wiring") cases.push_back(subject);
  }
  return cases;
}

/// Red cases of a right server with that fault in front of it, at the newest revision with sessions
/// and the newest of all.
std::vector<std::string> red_with(const std::string& fault) {
  std::vector<std::string> red;
  for (const auto revision : {mcp::Revision::r2025_11_25, mcp::kNewest}) {
    const Stage stage{.revision = revision, .fault = fault};
    const auto result = run_stage(stage, usual_cases());
    EXPECT_TRUE(result && result->problem.empty()) << fault;
    if (!result) continue;
    for (const Cell& cell : result->cells) {
      const bool undecided =
          cell.verdict == check::Verdict::inconclusive || cell.verdict == check::Verdict::error;
      if (!cell.red() && !undecided) continue;
      if (std::find(red.begin(), red.end(), cell.case_id) == red.end()) {
        red.push_back(cell.case_id);
      }
    }
  }
  return red;
}

using Ids = std::vector<std::string>;

TEST(Blameless, AServerBehindABalancerThatFailsNowAndThenIsFoundUnsteadyOnly) {
  EXPECT_EQ(red_with("balancer.skip"), Ids{"wiring.steady"});
  EXPECT_EQ(red_with("balancer.reset"), Ids{"wiring.steady"});
}

TEST(Blameless, AFirewallIsOneFindingAndNoneOfTheServer) {
  EXPECT_EQ(red_with("front.skip"), Ids{"wiring.unfiltered"});
}

TEST(Blameless, ARejectionInside200IsNeverABypass) {
  for (const char* fault : {"errors.tool-error-200", "errors.text-200", "errors.empty-list-200",
                            "errors.html-200", "errors.empty-200", "errors.redirect"}) {
    const Stage stage{.fault = fault};
    const auto result = run_stage(stage, usual_cases());
    ASSERT_TRUE(result && result->problem.empty()) << fault;
    const Cell* expired = result->find("claims.expired");
    ASSERT_NE(expired, nullptr);
    EXPECT_EQ(expired->verdict, check::Verdict::fail) << fault;
    for (const Cell& cell : result->cells) {
      if (!cell.red()) continue;
      EXPECT_EQ(cell.reason.find("the server did what"), std::string::npos)
          << fault << " " << cell.case_id << ": " << cell.actual;
    }
  }
}

}  // namespace
}  // namespace selftest
