#include "harness/mcp/greeting.h"

#include <gtest/gtest.h>

#include <map>

#include <nlohmann/json.hpp>

namespace mcp {
namespace {

using nlohmann::json;

wire::Exchange reply(int status, std::string_view body, base::Headers headers = {}) {
  wire::Exchange exchange;
  exchange.response = wire::Response{
      .status = status, .headers = std::move(headers), .body = std::string(body), .complete = true};
  if (!body.empty()) exchange.response->headers.push_back({"Content-Type", "application/json"});
  return exchange;
}

/// A server by what it answers to each method; it remembers what it was asked.
struct Server {
  std::map<std::string, std::function<wire::Exchange(const json&)>> answers;
  std::vector<std::string> asked;

  Greeting greet(std::optional<Revision> only = {}) {
    return mcp::greet(
        [this](const wire::Request& request, std::string_view id) {
          const json message = json::parse(request.body);
          const std::string method = message.at("method");
          asked.push_back(method);
          const auto found = answers.find(method);
          if (found == answers.end()) {
            return interpret(
                reply(404, R"({"jsonrpc":"2.0","error":{"code":-32601,"message":"unknown"}})"), id);
          }
          return interpret(found->second(message), id);
        },
        "/mcp", only);
  }
};

wire::Exchange discovered(const json& versions) {
  return reply(
      200,
      json{{"jsonrpc", "2.0"},
           {"id", "discover-1"},
           {"result",
            {{"supportedVersions", versions},
             {"_meta",
              {{"io.modelcontextprotocol/serverInfo", {{"name", "demo"}, {"version", "1.2"}}}}}}}}
          .dump());
}

std::function<wire::Exchange(const json&)> always(wire::Exchange exchange) {
  return [exchange](const json&) { return exchange; };
}

/// A legacy server that agrees to whatever of `versions` is asked for, else says its first.
std::function<wire::Exchange(const json&)> initializes(std::vector<std::string> versions) {
  return [versions](const json& message) {
    const std::string asked = message.at("params").at("protocolVersion");
    std::string agreed = versions.front();
    for (const auto& one : versions) {
      if (one == asked) agreed = one;
    }
    return reply(
        200,
        json{{"jsonrpc", "2.0"},
             {"id", message.at("id")},
             {"result",
              {{"protocolVersion", agreed}, {"serverInfo", {{"name", "old"}, {"version", "0.9"}}}}}}
            .dump(),
        {{"mcp-session-id", "s-1"}});
  };
}

TEST(Greet, AModernServerIsFoundByDiscovery) {
  Server server{.answers = {{"server/discover", always(discovered({"2026-07-28", "2025-11-25"}))}}};
  const auto greeting = server.greet();
  EXPECT_TRUE(greeting.ok()) << greeting.problem;
  EXPECT_EQ(greeting.era, Era::modern);
  EXPECT_EQ(greeting.revision, Revision::r2026_07_28);
  EXPECT_EQ(greeting.server_name, "demo");
  EXPECT_EQ(greeting.server_version, "1.2");
  EXPECT_EQ(server.asked, std::vector<std::string>{"server/discover"});
}

TEST(Greet, ALegacyServerIsFoundByInitialize) {
  Server server{.answers = {{"initialize", initializes({"2025-11-25", "2025-06-18"})},
                            {"notifications/initialized", always(reply(202, ""))}}};
  const auto greeting = server.greet();
  EXPECT_TRUE(greeting.ok()) << greeting.problem;
  EXPECT_EQ(greeting.era, Era::legacy);
  EXPECT_EQ(greeting.revision, Revision::r2025_11_25);
  EXPECT_EQ(greeting.session_id, "s-1");
  EXPECT_EQ(greeting.server_name, "old");
  EXPECT_EQ(server.asked, (std::vector<std::string>{"server/discover", "initialize",
                                                    "notifications/initialized"}));
}

TEST(Greet, LegacyComplaintsAboutDiscoveryLeadToInitialize) {
  for (
      const char* complaint :
      {R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: Server not initialized"}})",
       R"({"jsonrpc":"2.0","id":"discover-1","error":{"code":-32600,"message":"Invalid Request"}})",
       R"({"jsonrpc":"2.0","id":"discover-1","error":{"code":-32602,"message":"Invalid params"}})",
       "No valid session ID provided", ""}) {
    Server server{.answers = {{"server/discover", always(reply(400, complaint))},
                              {"initialize", initializes({"2025-06-18"})},
                              {"notifications/initialized", always(reply(202, ""))}}};
    const auto greeting = server.greet();
    EXPECT_TRUE(greeting.ok()) << complaint << ": " << greeting.problem;
    EXPECT_EQ(greeting.revision, Revision::r2025_06_18);
    EXPECT_EQ(greeting.protocol_version, "2025-06-18");
  }
}

TEST(Greet, AnUnsupportedVersionErrorNamesWhatToTalkInstead) {
  const auto unsupported = reply(
      400,
      R"({"jsonrpc":"2.0","id":"discover-1","error":{"code":-32022,"message":"x","data":{"supported":["2025-06-18"]}}})");
  Server server{.answers = {{"server/discover", always(unsupported)},
                            {"initialize", initializes({"2025-06-18"})},
                            {"notifications/initialized", always(reply(202, ""))}}};
  EXPECT_EQ(server.greet().revision, Revision::r2025_06_18);
  const auto only = server.greet(Revision::r2026_07_28);
  EXPECT_FALSE(only.ok());
  EXPECT_EQ(only.problem, "the server supports 2025-06-18, not 2026-07-28");
}

TEST(Greet, ARecognisedModernErrorMeansModern) {
  const auto mismatch =
      reply(400, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32020,"message":"x"}})");
  Server server{.answers = {{"server/discover", always(mismatch)}}};
  const auto greeting = server.greet();
  EXPECT_TRUE(greeting.ok()) << greeting.problem;
  EXPECT_EQ(greeting.era, Era::modern);
}

TEST(Greet, ARefusalIsNoProblemOfTheProtocol) {
  Server server{.answers = {{"server/discover", always(reply(401, ""))}}};
  const auto greeting = server.greet();
  EXPECT_TRUE(greeting.refused);
  EXPECT_FALSE(greeting.ok());
  EXPECT_EQ(greeting.problem, "");
  EXPECT_EQ(server.asked.size(), 1U);
}

TEST(Greet, OnlyALegacyRevisionSkipsDiscovery) {
  Server server{.answers = {{"server/discover", always(discovered({"2026-07-28"}))},
                            {"initialize", initializes({"2025-06-18", "2025-03-26"})},
                            {"notifications/initialized", always(reply(202, ""))}}};
  const auto greeting = server.greet(Revision::r2025_03_26);
  EXPECT_TRUE(greeting.ok()) << greeting.problem;
  EXPECT_EQ(greeting.revision, Revision::r2025_03_26);
  EXPECT_EQ(server.asked.front(), "initialize");
}

TEST(Greet, AnotherVersionThanTheOnlyOneIsAProblemInWords) {
  Server server{.answers = {{"initialize", initializes({"2025-06-18"})}}};
  const auto greeting = server.greet(Revision::r2025_11_25);
  EXPECT_EQ(greeting.problem,
            "the server does not speak 2025-11-25: asked for it, it negotiated 2025-06-18");
}

TEST(Greet, AServerOfAnOlderRevisionIsTalkedToByTheOldestRules) {
  Server server{.answers = {{"initialize", initializes({"2024-11-05"})}}};
  const auto greeting = server.greet();
  EXPECT_TRUE(greeting.ok()) << greeting.problem;
  EXPECT_EQ(greeting.revision, Revision::r2025_03_26);
  EXPECT_EQ(greeting.protocol_version, "2024-11-05");
}

TEST(Greet, AServerThatIsDownIsAskedOnce) {
  int calls = 0;
  const auto greeting = greet(
      [&](const wire::Request&, std::string_view id) {
        ++calls;
        wire::Exchange exchange;
        exchange.failure = wire::Failure::refused;
        exchange.failure_text = "connection refused";
        return interpret(std::move(exchange), id);
      },
      "/mcp", std::nullopt);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(greeting.problem, "no answer: connection refused");
}

TEST(Greet, AServerThatSpeaksNoMcpIsAProblemThatSaysWhatCame) {
  Server server{.answers = {{"server/discover", always(reply(200, "<html>"))},
                            {"initialize", always(reply(200, "<html>"))}}};
  const auto greeting = server.greet();
  EXPECT_FALSE(greeting.ok());
  EXPECT_NE(greeting.problem.find("does not answer as an MCP server"), std::string::npos);
  EXPECT_NE(greeting.problem.find("/mcp"), std::string::npos);
}

TEST(Greet, AVersionThatIsNoDateNeverGetsIntoAHeader) {
  Server server{.answers = {{"initialize", initializes({"2024\r\nX-Injected: 1"})}}};
  const auto greeting = server.greet();
  EXPECT_FALSE(greeting.ok());
  EXPECT_NE(greeting.problem.find("which this program does not know"), std::string::npos);
}

}  // namespace
}  // namespace mcp
