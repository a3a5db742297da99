#include "harness/cli/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "common/base/file.h"

namespace cli {
namespace {

using check::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A file that is gone after the test.
class Baseline : public testing::Test {
 protected:
  ~Baseline() override { std::filesystem::remove(path_); }
  base::Result<std::vector<Accepted>> read(const std::string& text) {
    EXPECT_TRUE(base::write_file(path_, text));
    return read_baseline(path_);
  }
  std::string error_of(const std::string& text) {
    const auto baseline = read(text);
    return baseline ? "accepted" : baseline.error().message;
  }

 private:
  const std::string path_ = testing::TempDir() + "baseline-" + std::to_string(::getpid()) + "-" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".json";
};

check::CaseResult decided(const std::string& id, Verdict verdict) {
  check::CaseResult one;
  one.subject.id = id;
  one.judgement.verdict = verdict;
  return one;
}

check::RunResult run_of(std::vector<check::CaseResult> cases) {
  check::RunResult result;
  result.cases = std::move(cases);
  return result;
}

std::vector<std::string> ids(const std::vector<Accepted>& baseline) {
  std::vector<std::string> all;
  for (const auto& one : baseline) all.push_back(one.id);
  return all;
}

TEST_F(Baseline, AFileThatIsNotThereIsNamed) {
  const auto baseline = read_baseline("/nonexistent/baseline.json");
  ASSERT_FALSE(baseline);
  EXPECT_THAT(baseline.error().message, HasSubstr("/nonexistent/baseline.json"));
}

TEST_F(Baseline, WhatIsWrongIsNamedByItsPointer) {
  EXPECT_THAT(error_of("[]"), HasSubstr("/accepted: must be an array"));
  EXPECT_THAT(error_of(R"({"accepted": 1})"), HasSubstr("/accepted: must be an array"));
  EXPECT_THAT(error_of(R"({"accepted": [], "more": 1})"), HasSubstr("/more: unknown member"));
  EXPECT_THAT(error_of(R"({"accepted": ["x"]})"), HasSubstr("/accepted/0: must be an object"));
  EXPECT_THAT(error_of(R"({"accepted": [{}]})"), HasSubstr("/accepted/0/id: is missing"));
  EXPECT_THAT(error_of(R"({"accepted": [{"id": 1}]})"),
              HasSubstr("/accepted/0/id: must be a string"));
  EXPECT_THAT(error_of(R"({"accepted": [{"id": "claims.exp-null", "outcome": "bad"}]})"),
              HasSubstr("/accepted/0/outcome: must be"));
  EXPECT_THAT(error_of(R"({"accepted": [{"id": "claims.exp-null", "severity": "bad"}]})"),
              HasSubstr("/accepted/0/severity: must be"));
  EXPECT_THAT(error_of(R"({"accepted": [{"id": "no.such-case"}]})"),
              HasSubstr("/accepted/0/id: there is no case \"no.such-case\""));
}

TEST_F(Baseline, WhatIsWrittenCanBeReadAndComments) {
  const auto empty = read("// nothing yet\n" + baseline_text({}));
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_THAT(*empty, IsEmpty());
}

TEST_F(Baseline, FindingsThatItNamesAreAcceptedAndPassesAreStale) {
  auto result = run_of({decided("a.fails", Verdict::fail), decided("a.warns", Verdict::warn),
                        decided("a.passes", Verdict::pass), decided("a.new", Verdict::fail)});
  apply_baseline({{"a.fails", ""}, {"a.warns", ""}, {"a.passes", ""}, {"a.absent", ""}}, result);
  EXPECT_THAT(result.baseline_accepted, ElementsAre("a.fails", "a.warns"));
  EXPECT_THAT(result.baseline_stale, ElementsAre("a.passes"));
  EXPECT_TRUE(result.cases[0].baselined);
  EXPECT_FALSE(result.cases[3].baselined);
}

check::CaseResult found(const std::string& id, check::Outcome outcome, check::Severity severity) {
  check::CaseResult one = decided(id, Verdict::fail);
  one.finding.outcome = outcome;
  one.judgement.severity = severity;
  return one;
}

TEST_F(Baseline, AFindingThatGotWorseIsNotAccepted) {
  using check::Outcome;
  using check::Severity;
  const std::vector<Accepted> baseline = {
      {"a.case", "by design", Outcome::misrefused, Severity::medium}};
  const auto accepts = [&](Outcome outcome, Severity severity) {
    auto result = run_of({found("a.case", outcome, severity)});
    apply_baseline(baseline, result);
    EXPECT_EQ(result.baseline_worse.empty(), result.cases[0].baselined);
    EXPECT_EQ(result.cases[0].baseline_reason, result.cases[0].baselined ? "by design" : "");
    return result.cases[0].baselined;
  };
  EXPECT_TRUE(accepts(Outcome::misrefused, Severity::medium));
  EXPECT_TRUE(accepts(Outcome::not_applicable, Severity::low));
  EXPECT_FALSE(accepts(Outcome::accepted, Severity::medium));
  EXPECT_FALSE(accepts(Outcome::misrefused, Severity::high));
}

TEST_F(Baseline, WhatGotWorseIsSaid) {
  auto result = run_of({found("a.case", check::Outcome::accepted, check::Severity::critical)});
  apply_baseline({{"a.case", "", check::Outcome::misrefused, check::Severity::low}}, result);
  EXPECT_THAT(result.baseline_worse,
              ElementsAre("a.case is critical (accepted) now; accepted was low (misrefused)"));
}

TEST_F(Baseline, AnUpdateTakesFindingsAsTheyAreNow) {
  const auto result = run_of({found("a.case", check::Outcome::accepted, check::Severity::low)});
  const auto updated = updated_baseline({{"a.case", "by design"}}, result);
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated.front().reason, "by design");
  EXPECT_EQ(updated.front().outcome, check::Outcome::accepted);
  EXPECT_EQ(updated.front().severity, check::Severity::low);
  EXPECT_THAT(baseline_text(updated), HasSubstr(R"("outcome": "accepted")"));
}

TEST_F(Baseline, WhatCouldNotBeDecidedIsNeitherAcceptedNorStale) {
  auto result =
      run_of({decided("a.skips", Verdict::skip), decided("a.undecided", Verdict::inconclusive),
              decided("a.breaks", Verdict::error)});
  apply_baseline({{"a.skips", ""}, {"a.undecided", ""}, {"a.breaks", ""}}, result);
  EXPECT_THAT(result.baseline_accepted, IsEmpty());
  EXPECT_THAT(result.baseline_stale, IsEmpty());
}

TEST_F(Baseline, AnUpdateDropsWhatPassesKeepsWhatDidNotRunAndAddsWhatIsNew) {
  const auto result = run_of({decided("a.passes", Verdict::pass), decided("a.known", Verdict::fail),
                              decided("a.new", Verdict::warn)});
  const auto updated =
      updated_baseline({{"a.passes", ""}, {"a.absent", ""}, {"a.known", "by design"}}, result);
  EXPECT_THAT(ids(updated), ElementsAre("a.absent", "a.known", "a.new"));
  EXPECT_EQ(updated[1].reason, "by design");
  EXPECT_THAT(updated[2].reason, HasSubstr("found on "));
}

}  // namespace
}  // namespace cli
