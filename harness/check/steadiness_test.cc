#include "harness/check/steadiness.h"

#include <gtest/gtest.h>

#include <vector>

#include "harness/wire/connection.h"

namespace check {
namespace {

using namespace std::chrono_literals;

wire::Exchange answered(int status) {
  wire::Exchange exchange;
  exchange.response = wire::Response{.status = status, .complete = true};
  exchange.request.method = "POST";
  exchange.sent_us = wire::now_us();
  exchange.done_us = exchange.sent_us + 1'000;
  return exchange;
}

wire::Exchange failed(wire::Failure failure, std::string method = "POST") {
  wire::Exchange exchange;
  exchange.failure = failure;
  exchange.request.method = std::move(method);
  exchange.sent_us = wire::now_us();
  return exchange;
}

/// Sends what a script says, and counts.
struct Script {
  std::vector<wire::Exchange> answers;
  std::size_t sent = 0;
  std::size_t fresh = 0;

  wire::Exchange run(Steadiness& steadiness, Repeat repeat = Repeat::yes) {
    const auto send = [this](base::Deadline, bool on_fresh_connection) {
      fresh += on_fresh_connection ? 1 : 0;
      return answers[std::min(sent++, answers.size() - 1)];
    };
    const auto pause = [](std::chrono::milliseconds) { return true; };
    return steadiness.steadily(send, pause, base::Deadline::after(100ms), 10s, repeat);
  }
};

TEST(Steadiness, AStrayFailureIsRepeatedOnAFreshConnectionAndCounted) {
  for (const auto& stray : {answered(503), failed(wire::Failure::reset),
                            failed(wire::Failure::timeout), failed(wire::Failure::closed)}) {
    Steadiness steadiness;
    Script script{.answers = {stray, answered(401)}};
    EXPECT_EQ(script.run(steadiness).status(), 401);
    EXPECT_EQ(script.fresh, 1U);
    EXPECT_EQ(steadiness.strays(), 1U);
  }
}

TEST(Steadiness, AFailureThatRepeatsIsTheServers) {
  Steadiness steadiness;
  Script script{.answers = {answered(500)}};
  EXPECT_EQ(script.run(steadiness).status(), 500);
  EXPECT_EQ(steadiness.strays(), 0U);
  EXPECT_GT(script.sent, 1U);
}

TEST(Steadiness, WhatWasAnsweredIsNotRepeated) {
  Steadiness steadiness;
  for (const int status : {200, 401, 403, 429}) {
    Script script{.answers = {answered(status)}};
    EXPECT_EQ(script.run(steadiness).status(), status);
    EXPECT_EQ(script.sent, 1U);
  }
}

TEST(Steadiness, RepeatsNoDeleteThatMayHaveBeenDone) {
  Steadiness steadiness;
  Script script{.answers = {failed(wire::Failure::reset, "DELETE"), answered(204)}};
  EXPECT_EQ(script.run(steadiness).status(), 0);
  EXPECT_EQ(script.sent, 1U);
}

TEST(Steadiness, RepeatsOnlyBrokenConnectionsWhereErrorsAreProvoked) {
  Steadiness steadiness;
  Script outage{.answers = {answered(503), answered(200)}};
  EXPECT_EQ(outage.run(steadiness, Repeat::broken_connections).status(), 503);
  Script reset{.answers = {failed(wire::Failure::reset), answered(200)}};
  EXPECT_EQ(reset.run(steadiness, Repeat::broken_connections).status(), 200);
}

TEST(Steadiness, AServerThatHasEndedIsNotAskedAgainAndAgain) {
  Steadiness steadiness;
  Script script{.answers = {failed(wire::Failure::refused)}};
  for (int i = 0; i < 10; ++i) script.run(steadiness);
  const std::size_t before = script.sent;
  script.run(steadiness);
  EXPECT_EQ(script.sent, before + 1);
}

TEST(Steadiness, WhileThisProcessIsLateItWaitsAndCountsNothing) {
  Steadiness steadiness;
  const std::int64_t now = wire::now_us();
  steadiness.tick(now + 1);
  steadiness.tick(now + 10'000'000);
  Script script{
      .answers = {answered(503), answered(503), answered(503), answered(503), answered(401)}};
  EXPECT_EQ(script.run(steadiness).status(), 401);
  EXPECT_EQ(steadiness.strays(), 0U);
  EXPECT_TRUE(steadiness.was_late_since(now));
}

}  // namespace
}  // namespace check
