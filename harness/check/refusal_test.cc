#include "harness/check/refusal.h"

#include <gtest/gtest.h>

namespace check {
namespace {

constexpr std::string_view kResult = R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})";
constexpr std::string_view kError = R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x"}})";

mcp::Answer answer(int status, std::string_view body, base::Headers headers = {}) {
  wire::Exchange exchange;
  exchange.response.emplace();
  exchange.response->status = status;
  exchange.response->headers = std::move(headers);
  exchange.response->headers.push_back({"Content-Type", "application/json"});
  exchange.response->body = body;
  exchange.response->complete = true;
  return mcp::interpret(exchange, "1");
}

const base::Headers kChallenge = {{"WWW-Authenticate", "Bearer error=\"invalid_token\""}};

TEST(Refusal, UnauthorizedWithChallengeIsRefusedAsSpecified) {
  const Finding finding = judge_refusal(answer(401, kError, kChallenge), {});
  EXPECT_TRUE(finding.ok());
  EXPECT_EQ(finding.outcome, Outcome::refused);
}

TEST(Refusal, ResultIsAccepted) {
  EXPECT_EQ(judge_refusal(answer(200, kResult), {}).outcome, Outcome::accepted);
}

TEST(Refusal, ResultBehindA401IsAcceptedToo) {
  EXPECT_EQ(judge_refusal(answer(401, kResult, kChallenge), {}).outcome, Outcome::accepted);
}

TEST(Refusal, JsonRpcErrorWith200IsMisrefused) {
  EXPECT_EQ(judge_refusal(answer(200, kError), {}).outcome, Outcome::misrefused);
}

TEST(Refusal, UnauthorizedWithoutChallengeIsMisrefused) {
  const Finding finding = judge_refusal(answer(401, kError), {});
  EXPECT_EQ(finding.outcome, Outcome::misrefused);
  EXPECT_EQ(finding.cause, "401 without WWW-Authenticate");
}

TEST(Refusal, ServerErrorIsAFailure) {
  const Finding finding = judge_refusal(answer(500, ""), {});
  EXPECT_EQ(finding.outcome, Outcome::misrefused);
  EXPECT_EQ(finding.impact, Impact::failure);
}

TEST(Refusal, OtherStatusCanBeAllowed) {
  EXPECT_TRUE(judge_refusal(answer(400, ""), {.statuses = {401, 400}}).ok());
  EXPECT_FALSE(judge_refusal(answer(404, ""), {.statuses = {401, 400}}).ok());
}

TEST(Refusal, TooManyRequestsIsNoVerdict) {
  EXPECT_EQ(judge_refusal(answer(429, ""), {}).kind, Finding::Kind::undecided);
}

TEST(Refusal, NoAnswerIsMisrefused) {
  wire::Exchange exchange;
  exchange.failure = wire::Failure::reset;
  exchange.failure_text = "connection reset";
  EXPECT_EQ(judge_refusal(mcp::interpret(exchange, "1"), {}).outcome, Outcome::misrefused);
}

TEST(Refusal, OpenedEventStreamIsAccepted) {
  mcp::Answer stream = answer(200, "");
  stream.exchange.response->headers = {{"Content-Type", "text/event-stream"}};
  EXPECT_EQ(judge_refusal(mcp::interpret(stream.exchange, "1"), {}).outcome, Outcome::accepted);
}

}  // namespace
}  // namespace check
