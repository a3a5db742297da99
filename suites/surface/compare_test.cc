#include <fmt/core.h>
#include <gtest/gtest.h>

#include "suites/surface/way.h"

namespace suites::surface {
namespace {

mcp::Answer answered(int status, const std::string& body,
                     const std::string& type = "application/json") {
  wire::Exchange exchange;
  exchange.response = wire::Response{
      .status = status, .headers = {{"Content-Type", type}}, .body = body, .complete = true};
  return mcp::interpret(std::move(exchange), "1");
}

mcp::Answer result(const std::string& json) {
  return answered(200, fmt::format(R"({{"jsonrpc":"2.0","id":1,"result":{}}})", json));
}

mcp::Answer error(int code, const std::string& message, int status = 200) {
  return answered(status,
                  fmt::format(R"({{"jsonrpc":"2.0","id":1,"error":{{"code":{},"message":"{}"}}}})",
                              code, message));
}

Got got(const mcp::Answer& answer, const mcp::Answer& valid) {
  return compare(answer, valid, [&] { return valid; });
}

const char* const kTools = R"({"tools":[{"name":"echo"},{"name":"add"}]})";

TEST(Compare, FindsTheResultOfAList) {
  EXPECT_EQ(got(result(kTools), result(kTools)), Got::result);
  EXPECT_EQ(got(result(R"({"tools":[{"name":"add"}],"ttlMs":1})"), result(kTools)), Got::result);
}

TEST(Compare, TakesNoRejectionWith200ForAResult) {
  EXPECT_EQ(got(result(R"({"tools":[]})"), result(kTools)), Got::nothing);
  EXPECT_EQ(got(error(-32001, "Unauthorized"), result(kTools)), Got::nothing);
  const auto text = [](const std::string& what, bool is_error) {
    return result(fmt::format(R"({{"content":[{{"type":"text","text":"{}"}}],"isError":{}}})", what,
                              is_error));
  };
  EXPECT_EQ(got(text("hello", true), text("hello", false)), Got::nothing);
  EXPECT_EQ(got(text("Please log in", false), text("hello", false)), Got::nothing);
  EXPECT_EQ(got(text("nobody", false), text("alice", false)), Got::result);
}

TEST(Compare, FindsNothingIn401) {
  EXPECT_EQ(got(answered(401, R"({"error":"invalid_token"})"), result(kTools)), Got::nothing);
}

TEST(Compare, FindsAResultInTheBodyOfA401) {
  const auto leaking =
      answered(401, R"({"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"echo"}]}})");
  EXPECT_EQ(got(leaking, result(kTools)), Got::result);
}

TEST(Compare, CallsTheSameErrorAnError) {
  EXPECT_EQ(got(error(-32602, "no such tool"), error(-32602, "no such tool")), Got::error);
  EXPECT_EQ(got(error(-32602, "bad token"), error(-32602, "no such tool")), Got::nothing);
}

TEST(Compare, CallsWhatGivesNothingAnAcknowledgement) {
  EXPECT_EQ(got(result("{}"), result("{}")), Got::acknowledgement);
  EXPECT_EQ(got(answered(202, ""), answered(202, "")), Got::acknowledgement);
}

TEST(Compare, FindsAnOpenStream) {
  const auto stream = answered(200, ": open\n\n", "text/event-stream");
  EXPECT_EQ(got(stream, stream), Got::result);
  EXPECT_EQ(got(answered(405, ""), stream), Got::nothing);
}

TEST(Exists, NeedsMoreThanAnErrorOfTheProtocol) {
  EXPECT_TRUE(exists(result("{}")));
  EXPECT_TRUE(exists(error(-32602, "no such prompt", 400)));
  EXPECT_FALSE(exists(error(-32601, "Method not found")));
  EXPECT_FALSE(exists(answered(405, "")));
  EXPECT_FALSE(exists(mcp::Answer{}));
}

}  // namespace
}  // namespace suites::surface
