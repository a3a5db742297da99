#include "harness/check/refusal.h"

#include <gtest/gtest.h>

#include "harness/check/treatment.h"

namespace check {
namespace {

constexpr std::string_view kResult =
    R"({"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"echo"}]}})";
constexpr std::string_view kEmptyList = R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})";
constexpr std::string_view kToolError =
    R"({"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[{"type":"text","text":"no"}]}})";
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

Finding rejection(mcp::Answer answered, const Refusal& refusal = {}) {
  Circumstances known{.control = answer(200, kResult)};
  mark_denial(answered, known.control);
  return judge_refusal(answered, refusal, known);
}

const base::Headers kChallenge = {{"WWW-Authenticate", "Bearer error=\"invalid_token\""}};

TEST(Refusal, UnauthorizedWithChallengeIsRefusedAsSpecified) {
  const Finding finding = rejection(answer(401, kError, kChallenge));
  EXPECT_TRUE(finding.ok());
  EXPECT_EQ(finding.outcome, Outcome::refused);
}

TEST(Refusal, ResultIsAccepted) {
  EXPECT_EQ(rejection(answer(200, kResult)).outcome, Outcome::accepted);
}

TEST(Refusal, ResultBehindA401IsAcceptedToo) {
  EXPECT_EQ(rejection(answer(401, kResult, kChallenge)).outcome, Outcome::accepted);
}

TEST(Refusal, JsonRpcErrorWith200IsMisrefused) {
  EXPECT_EQ(rejection(answer(200, kError)).outcome, Outcome::misrefused);
}

TEST(Refusal, UnauthorizedWithoutChallengeIsMisrefused) {
  const Finding finding = rejection(answer(401, kError));
  EXPECT_EQ(finding.outcome, Outcome::misrefused);
  EXPECT_EQ(finding.cause, "401 without WWW-Authenticate");
}

TEST(Refusal, ServerErrorIsAFailure) {
  const Finding finding = rejection(answer(500, ""));
  EXPECT_EQ(finding.outcome, Outcome::misrefused);
  EXPECT_EQ(finding.impact, Impact::failure);
}

TEST(Refusal, OtherStatusCanBeAllowed) {
  EXPECT_TRUE(rejection(answer(400, ""), {.statuses = {401, 400}}).ok());
  EXPECT_FALSE(rejection(answer(404, ""), {.statuses = {401, 400}}).ok());
}

TEST(Refusal, TooManyRequestsIsNoVerdict) {
  EXPECT_EQ(rejection(answer(429, "")).kind, Finding::Kind::undecided);
}

TEST(Refusal, NoAnswerIsMisrefused) {
  wire::Exchange exchange;
  exchange.failure = wire::Failure::reset;
  exchange.failure_text = "connection reset";
  EXPECT_EQ(rejection(mcp::interpret(exchange, "1")).outcome, Outcome::misrefused);
}

TEST(Refusal, OpenedEventStreamIsAccepted) {
  mcp::Answer stream = answer(200, "");
  stream.exchange.request.method = "GET";
  stream.exchange.response->headers = {{"Content-Type", "text/event-stream"}};
  EXPECT_EQ(rejection(mcp::interpret(stream.exchange, "1")).outcome, Outcome::accepted);
}

TEST(Refusal, ARejectionInside200IsMisrefusedNeverAccepted) {
  for (const std::string_view body : {kEmptyList, kToolError, std::string_view("{\"ok\":false}"),
                                      std::string_view("<html>Log in</html>")}) {
    mcp::Answer answered = answer(200, body);
    answered.exchange.request.method = "POST";
    const Finding finding = rejection(answered);
    EXPECT_EQ(finding.outcome, Outcome::misrefused) << body;
    EXPECT_EQ(finding.cause, "200 with a rejection inside") << body;
  }
  EXPECT_EQ(rejection(answer(200, kToolError)).actual, "200 with the tool error \"no\"");
  EXPECT_EQ(rejection(answer(200, kEmptyList)).actual, "200 with an empty list of tools");
}

TEST(Refusal, AnEmptyBodyServesNoRequest) {
  mcp::Answer answered = answer(204, "");
  answered.exchange.request = {.method = "POST", .body = R"({"id":1,"method":"tools/list"})"};
  EXPECT_EQ(rejection(answered).outcome, Outcome::misrefused);
  answered.exchange.request.body = R"({"method":"notifications/initialized"})";
  EXPECT_EQ(rejection(answered).outcome, Outcome::accepted);
  answered.exchange.request = {.method = "DELETE"};
  EXPECT_EQ(rejection(answered).outcome, Outcome::accepted);
}

TEST(Refusal, AStreamThatHoldsAnErrorIsNotOpened) {
  mcp::Answer stream = answer(200, "event: error\ndata: {\"error\":\"invalid_token\"}\n\n");
  stream.exchange.request.method = "GET";
  stream.exchange.response->headers = {{"Content-Type", "text/event-stream"}};
  EXPECT_EQ(rejection(mcp::interpret(stream.exchange, "1")).outcome, Outcome::misrefused);
}

TEST(Refusal, WhatThe403SaysIsSaidOnlyWhereItWasSeen) {
  const Finding plain = rejection(answer(403, ""));
  EXPECT_EQ(plain.reason, "a client that gets 403 does not ask the user to log in");
  const Finding learnt = judge_refusal(
      answer(403, ""), {}, {.control = answer(200, kResult), .like_a_missing_scope = true});
  EXPECT_NE(learnt.reason.find("a valid token that lacks the scope gets the same 403"),
            std::string::npos);
}

TEST(Refusal, ARedirectIsNamedWithItsPlace) {
  const Finding finding = rejection(answer(302, "", {{"Location", "/login"}}));
  EXPECT_EQ(finding.outcome, Outcome::misrefused);
  EXPECT_EQ(finding.actual, "302 to /login");
}

}  // namespace
}  // namespace check
