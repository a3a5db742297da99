#include "harness/check/call_refusal.h"

#include <gtest/gtest.h>

#include "common/base/json.h"
#include "harness/mcp/stdio.h"

namespace check {
namespace {

mcp::Answer message(const std::string& body) {
  wire::Exchange exchange;
  exchange.url = mcp::kStdioUrl;
  exchange.response = wire::Response{.body = body, .complete = true};
  return mcp::interpret(std::move(exchange), "1");
}

mcp::Answer result(const std::string& text, bool is_error = false) {
  return message(R"({"jsonrpc":"2.0","id":1,"result":{"isError":)" +
                 std::string(is_error ? "true" : "false") +
                 R"(,"content":[{"type":"text","text":)" + base::json_string(text) + "}]}}");
}

Outcome judged(const mcp::Answer& answer, const std::string& before = "the result of the tool",
               const std::string& after = "the result of the tool") {
  return judge_call(answer, result(before), result(after)).outcome;
}

TEST(JudgeCall, TheControlsResultIsAccepted) {
  EXPECT_EQ(judged(result("the result of the tool")), Outcome::accepted);
}

TEST(JudgeCall, ErrorsOfBothKindsAreRefusals) {
  EXPECT_EQ(judged(result("Authentication failed", true)), Outcome::refused);
  EXPECT_EQ(judged(message(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"no"}})")),
            Outcome::refused);
}

TEST(JudgeCall, AnErrorWithTheResultInItIsNoRefusal) {
  EXPECT_EQ(judged(result("No. the result of the tool", true)), Outcome::accepted);
  EXPECT_EQ(judged(result("8", true), "8", "8"), Outcome::accepted);
  EXPECT_EQ(judged(result("error 8", true), "8", "8"), Outcome::refused);
}

TEST(JudgeCall, ARefusalThatIsNotMarkedIsToldByNotBeingTheResult) {
  EXPECT_EQ(judged(result("Authentication failed")), Outcome::refused);
  EXPECT_EQ(judged(result("Authentication failed"), "1", "2"), Outcome::refused);
  EXPECT_EQ(judged(result("3"), "1", "2"), Outcome::accepted);
  EXPECT_FALSE(is_marked(result("Authentication failed")));
  EXPECT_TRUE(is_marked(result("Authentication failed", true)));
}

TEST(JudgeCall, NoAnswerIsNoRefusal) {
  mcp::Answer none;
  none.exchange.failure_text = "the server ended";
  const Finding finding = judge_call(none, result("a"), result("a"));
  EXPECT_EQ(finding.outcome, Outcome::misrefused);
  EXPECT_EQ(finding.impact, Impact::failure);
}

}  // namespace
}  // namespace check
