#include <gtest/gtest.h>

#include "harness/mcp/protocol.h"

namespace mcp {
namespace {

Answer answer(int status, std::string_view type, std::string_view body, bool complete = true) {
  wire::Exchange exchange;
  exchange.response =
      wire::Response{.status = status, .body = std::string(body), .complete = complete};
  if (!type.empty()) exchange.response->headers.push_back({"Content-Type", std::string(type)});
  return interpret(std::move(exchange), "1");
}

constexpr std::string_view kResult = R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})";
constexpr std::string_view kError =
    R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such method"}})";

TEST(Interpret, AResultIsReadFromJsonWhateverTheTypesCase) {
  const auto read = answer(200, "Application/JSON; charset=utf-8", kResult);
  EXPECT_EQ(read.kind, Kind::result);
  EXPECT_EQ(read.result, R"({"tools":[]})");
  EXPECT_EQ(read.summary(), "200 with a JSON-RPC result");
}

TEST(Interpret, ARpcErrorIsNoResultEvenUnder200) {
  EXPECT_EQ(answer(200, "application/json", kError).kind, Kind::rpc_error);
  const auto not_found = answer(404, "application/json", kError);
  EXPECT_EQ(not_found.kind, Kind::rpc_error);
  EXPECT_EQ(not_found.rpc_code, -32601);
  EXPECT_EQ(not_found.summary(), "404 with JSON-RPC error -32601 \"no such method\"");
}

TEST(Interpret, StatusesOfAuthorizationDecideWhateverTheBody) {
  EXPECT_EQ(answer(401, "application/json", kError).kind, Kind::unauthorized);
  EXPECT_EQ(answer(403, "application/json", kResult).kind, Kind::forbidden);
  EXPECT_EQ(answer(429, "text/plain", "slow down").kind, Kind::limited);
  EXPECT_EQ(answer(500, "application/json", kError).kind, Kind::server_error);
}

TEST(Interpret, AResultInARefusalIsNotOverlooked) {
  const auto leak = answer(401, "application/json", kResult);
  EXPECT_EQ(leak.result, R"({"tools":[]})");
  EXPECT_NE(leak.summary().find("with a JSON-RPC result"), std::string::npos);
}

TEST(Interpret, AnOauthErrorBodyIsNoRpcError) {
  EXPECT_EQ(answer(400, "application/json", R"({"error":"invalid_request"})").kind,
            Kind::client_error);
}

TEST(Interpret, AnyResultInABatchIsAResult) {
  const std::string batch = R"([{"jsonrpc":"2.0","id":8,"error":{"code":1,"message":""}},)" +
                            std::string(R"({"jsonrpc":"2.0","id":9,"result":{}}])");
  EXPECT_EQ(answer(200, "application/json", batch).kind, Kind::result);
}

TEST(Interpret, AResultUnderAForeignIdIsStillAResult) {
  EXPECT_EQ(answer(200, "application/json", R"({"jsonrpc":"2.0","id":null,"result":{}})").kind,
            Kind::result);
}

TEST(Interpret, AResultOfAWrongContentTypeIsStillAResult) {
  EXPECT_EQ(answer(200, "text/html", kResult).kind, Kind::result);
  EXPECT_EQ(answer(200, "", kResult).kind, Kind::result);
}

TEST(Interpret, ATwoHundredWithoutABodyIsAccepted) {
  EXPECT_EQ(answer(202, "", "").kind, Kind::accepted);
  EXPECT_EQ(answer(204, "", "").kind, Kind::accepted);
  EXPECT_EQ(answer(202, "text/plain", "Accepted").kind, Kind::accepted);
}

TEST(Interpret, WhatIsNoAnswerIsStrange) {
  EXPECT_EQ(answer(200, "text/html", "<html>").kind, Kind::strange);
  EXPECT_EQ(answer(200, "application/json", "{").kind, Kind::strange);
  EXPECT_EQ(answer(200, "application/json", R"({"jsonrpc":"2.0","method":"x"})").kind,
            Kind::strange);
}

TEST(Interpret, OtherStatusesAreWhatTheyAre) {
  EXPECT_EQ(answer(302, "", "").kind, Kind::redirect);
  EXPECT_EQ(answer(404, "text/plain", "Not Found").kind, Kind::client_error);
  EXPECT_EQ(answer(503, "", "").kind, Kind::server_error);
}

TEST(Interpret, NestingThatCouldOverflowTheStackIsNoMessage) {
  const std::string deep = R"({"result":)" + std::string(100'000, '[');
  EXPECT_EQ(answer(200, "application/json", deep).kind, Kind::strange);
}

TEST(Interpret, AToolErrorIsMarked) {
  const auto read = answer(200, "application/json",
                           R"({"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[]}})");
  EXPECT_EQ(read.kind, Kind::result);
  EXPECT_TRUE(read.is_error);
}

TEST(Interpret, NoResponseIsSaidWithItsReason) {
  wire::Exchange exchange;
  exchange.failure = wire::Failure::reset;
  exchange.failure_text = "the connection was reset";
  const auto read = interpret(std::move(exchange), "1");
  EXPECT_EQ(read.kind, Kind::none);
  EXPECT_EQ(read.summary(), "no answer: the connection was reset");
}

TEST(Interpret, TheSummaryShowsTheChallengesErrors) {
  wire::Exchange exchange;
  exchange.response = wire::Response{.status = 401};
  exchange.response->headers.push_back(
      {"WWW-Authenticate", R"(Bearer realm="x", error="invalid_token", scope="a")"});
  const auto read = interpret(std::move(exchange), "1");
  EXPECT_EQ(read.summary(), R"(401, WWW-Authenticate: Bearer error="invalid_token", scope="a")");
  ASSERT_NE(read.challenge("bearer"), nullptr);
  EXPECT_EQ(read.challenge("Basic"), nullptr);
  EXPECT_EQ(answer(401, "", "").summary(), "401 without WWW-Authenticate");
}

TEST(Interpret, TheSummaryNamesTheFormOfAnErrorsBody) {
  const auto said = [](std::string_view type, std::string_view body) {
    return answer(500, type, body).summary();
  };
  EXPECT_EQ(said("application/json", R"({"error":"server_error"})"),
            R"(500 with OAuth error "server_error")");
  EXPECT_EQ(said("application/json", R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603}})"),
            "500 with JSON-RPC error -32603");
  EXPECT_EQ(said("application/json", R"({"detail":"no"})"),
            "500 with JSON that is no JSON-RPC message");
  EXPECT_EQ(said("text/html", "<h1>Oops</h1>"), "500 with an HTML page");
  EXPECT_EQ(said("text/plain", "Oops"), "500 with plain text");
  EXPECT_EQ(said("application/json", ""), "500 with an empty body");
}

constexpr std::string_view kStream =
    "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n"
    "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";

TEST(Interpret, TheResponseIsPickedOutOfAnEventStream) {
  const auto read = answer(200, "text/event-stream", kStream, /*complete=*/false);
  EXPECT_EQ(read.kind, Kind::result);
  EXPECT_FALSE(read.truncated_stream);
}

TEST(Interpret, AStreamThatEndsTooSoonIsTruncated) {
  const auto read = answer(200, "text/event-stream", "data: {\"jsonrpc\":", /*complete=*/false);
  EXPECT_EQ(read.kind, Kind::strange);
  EXPECT_TRUE(read.truncated_stream);
}

TEST(HasResponse, OnlyTheResponseWithOurIdIsEnough) {
  wire::Response response{.status = 200, .body = std::string(kStream)};
  response.headers.push_back({"Content-Type", "text/event-stream"});
  EXPECT_TRUE(has_response(response, "1"));
  EXPECT_FALSE(has_response(response, "\"1\""));
  EXPECT_FALSE(has_response(response, "2"));
  response.body.pop_back();
  EXPECT_FALSE(has_response(response, "1"));
}

}  // namespace
}  // namespace mcp
