#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/format.h"
#include "reports/sample_run.h"

namespace reports {
namespace {

using testing::HasSubstr;
using testing::Not;

const check::Decision kFailed{
    .exit_code = 1, .policy = {}, .reason = "failed: 1 critical, 2 medium; --fail-on medium"};

std::string written(std::string_view format, Options options = {.decision = kFailed}) {
  return find_format(format)->write(sample_run(), options);
}

/// The page's style and script have their own life; the golden page is about its content.
std::string without_assets(std::string page) {
  for (const std::string tag : {"style", "script"}) {
    const auto begin = page.find('>', page.find("<" + tag + " "));
    const auto end = page.find("</" + tag + ">", begin);
    page.replace(begin + 1, end - begin - 1, "…");
  }
  return page;
}

TEST(Reports, ConsoleIsAsTheGoldenFile) { expect_golden("console.txt", written("console")); }
TEST(Reports, JsonIsAsTheGoldenFile) { expect_golden("report.json", written("json")); }
TEST(Reports, JunitIsAsTheGoldenFile) { expect_golden("junit.xml", written("junit")); }
TEST(Reports, HtmlIsAsTheGoldenFile) {
  expect_golden("report.html",
                without_assets(written("html", {.decision = kFailed, .nonce = "sample"})));
}

TEST(Reports, NoFormatLetsAServerSteerATerminal) {
  for (const auto& format : formats()) {
    const auto text = written(format.name);
    EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << format.name;
    EXPECT_THAT(text, Not(HasSubstr("\u202e"))) << format.name;
    EXPECT_THAT(text, Not(HasSubstr("\xff"))) << format.name;
  }
}

TEST(Reports, MarkupOfAServerIsEscapedInHtmlAndXml) {
  for (const auto* format : {"html", "junit"}) {
    EXPECT_THAT(written(format), Not(HasSubstr("<script>alert"))) << format;
    EXPECT_THAT(written(format), HasSubstr("&lt;script&gt;alert")) << format;
  }
}

TEST(Reports, AWarningFailsJunitOnlyWhereWarningsCount) {
  const auto junit = [](check::Policy policy) {
    return written("junit", {.decision = {.policy = policy, .reason = {}}});
  };
  EXPECT_THAT(junit({}), HasSubstr("failures=\"3\""));
  EXPECT_THAT(junit({.strict = true}), HasSubstr("failures=\"4\""));
  EXPECT_THAT(junit({.fail_on = check::Severity::low}), HasSubstr("failures=\"4\""));
}

TEST(Reports, AQuietConsoleSaysHowItEndedAndNoMore) {
  EXPECT_EQ(
      written("console", {.decision = kFailed, .quiet = true}),
      "9 cases: 1 passed, 3 failed (1 critical), 2 warnings (1 accepted), 1 skipped, "
      "1 inconclusive, 1 error in 1.4 s\nfailed: 1 critical, 2 medium; --fail-on medium (exit "
      "code 1)\n");
}

TEST(Reports, OneCauseIsOneFindingWhomeverItsCasesServe) {
  auto run = sample_run();
  std::erase_if(run.cases, [](const check::CaseResult& one) {
    return one.finding.cause != "401 without WWW-Authenticate";
  });
  ASSERT_EQ(run.cases.size(), 2u);
  run.cases.front().judgement.severity = check::Severity::low;
  run.cases.front().subject.attacker = check::Attacker::issuer;
  const std::string text = find_format("console")->write(run, {.decision = kFailed});
  EXPECT_THAT(text, HasSubstr("MEDIUM\n\n  FAIL  401 without WWW-Authenticate - 2 cases"));
  EXPECT_THAT(text, HasSubstr("token-holder, issuer"));
  EXPECT_THAT(text, Not(HasSubstr("LOW")));
}

TEST(Reports, ConsoleIsColouredOnlyWhenAskedTo) {
  EXPECT_THAT(written("console", {.colour = true}), HasSubstr("\x1b[1;31m"));
}

TEST(Reports, AProblemIsAnErrorInJunitAndLeadsTheConsole) {
  auto run = sample_run();
  run.cases.clear();
  run.problem = "127.0.0.1:3000 refuses connections: is the server running?";
  EXPECT_THAT(find_format("junit")->write(run, {}), HasSubstr("errors=\"1\""));
  EXPECT_THAT(find_format("console")->write(run, {}),
              HasSubstr("NOT TESTED\n  127.0.0.1:3000 refuses connections"));
}

}  // namespace
}  // namespace reports
