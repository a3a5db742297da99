#include "harness/mcp/protocol.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mcp {
namespace {

using nlohmann::json;

std::string header(const wire::Request& request, std::string_view name) {
  const std::string* value = base::find_header(request.headers, name);
  return value == nullptr ? "(absent)" : *value;
}

TEST(Revision, EveryNameIsReadBack) {
  for (const auto revision : {Revision::r2025_03_26, Revision::r2025_06_18, Revision::r2025_11_25,
                              Revision::r2026_07_28}) {
    EXPECT_EQ(revision_from(to_string(revision)), revision);
  }
  EXPECT_EQ(revision_from("2024-11-05"), std::nullopt);
}

TEST(Frame, AModernRequestSaysItsVersionInHeaderAndMeta) {
  const auto request = frame({.target = "/mcp?x=1"}, Operation::list_tools(), "7");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/mcp?x=1");
  EXPECT_EQ(header(request, "MCP-Protocol-Version"), "2026-07-28");
  EXPECT_EQ(header(request, "Mcp-Method"), "tools/list");
  EXPECT_EQ(header(request, "Mcp-Name"), "(absent)");
  EXPECT_EQ(header(request, "Content-Type"), "application/json");
  EXPECT_EQ(header(request, "Accept"), "application/json, text/event-stream");
  const json body = json::parse(request.body);
  EXPECT_EQ(body.at("id"), 7);
  const json& meta = body.at("params").at("_meta");
  EXPECT_EQ(meta.at("io.modelcontextprotocol/protocolVersion"), "2026-07-28");
  EXPECT_EQ(meta.at("io.modelcontextprotocol/clientInfo").at("name"), "mcp-authspec");
  EXPECT_TRUE(meta.at("io.modelcontextprotocol/clientCapabilities").is_object());
}

TEST(Frame, AModernRequestNamesWhatItIsAbout) {
  EXPECT_EQ(header(frame({}, Operation::call_tool("count"), "1"), "Mcp-Name"), "count");
  const Operation read{.method = "resources/read", .params = R"({"uri":"file:///x"})"};
  EXPECT_EQ(header(frame({}, read, "1"), "Mcp-Name"), "file:///x");
  const Operation prompt{.method = "prompts/get", .params = R"({"name":"p"})"};
  EXPECT_EQ(header(frame({}, prompt, "1"), "Mcp-Name"), "p");
}

TEST(Frame, NamesThatAHeaderCannotHoldAreEncoded) {
  const auto name_for = [](std::string_view name) {
    return header(frame({}, Operation::call_tool(name), "1"), "Mcp-Name");
  };
  EXPECT_EQ(name_for("us west"), "us west");
  EXPECT_EQ(name_for(" padded "), "=?base64?IHBhZGRlZCA=?=");
  EXPECT_EQ(name_for("line1\nline2"), "=?base64?bGluZTEKbGluZTI=?=");
  EXPECT_EQ(name_for("=?base64?literal?="), "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
}

TEST(Frame, ALegacyRequestCarriesSessionAndNegotiatedVersion) {
  const Framing framing{
      .revision = Revision::r2025_06_18, .session_id = "s1", .protocol_version = "2025-06-18"};
  const auto request = frame(framing, Operation::list_tools(), "\"a\"");
  EXPECT_EQ(header(request, "Mcp-Session-Id"), "s1");
  EXPECT_EQ(header(request, "MCP-Protocol-Version"), "2025-06-18");
  EXPECT_EQ(header(request, "Mcp-Method"), "(absent)");
  EXPECT_FALSE(json::parse(request.body).at("params").contains("_meta"));
}

TEST(Frame, TheOldestRevisionHasNoVersionHeader) {
  const auto request = frame({.revision = Revision::r2025_03_26}, Operation::list_tools(), "1");
  EXPECT_EQ(header(request, "MCP-Protocol-Version"), "(absent)");
}

TEST(Frame, ParametersThatAreNoObjectAreSentAsTheyStand) {
  EXPECT_EQ(frame_body({}, {.method = "x", .params = "[1]"}, "1"),
            R"({"jsonrpc":"2.0","id":1,"method":"x","params":[1]})");
}

TEST(Frame, ANotificationHasNoId) {
  const auto request = frame_initialized({.revision = Revision::r2025_11_25, .session_id = "s"});
  const json body = json::parse(request.body);
  EXPECT_FALSE(body.contains("id"));
  EXPECT_EQ(body.at("method"), "notifications/initialized");
  EXPECT_EQ(header(request, "Mcp-Session-Id"), "s");
}

TEST(Frame, InitializeAsksForItsRevisionWithoutAVersionHeader) {
  const auto request = frame_initialize({.revision = Revision::r2025_03_26}, "1");
  EXPECT_EQ(json::parse(request.body).at("params").at("protocolVersion"), "2025-03-26");
  EXPECT_EQ(header(request, "MCP-Protocol-Version"), "(absent)");
}

}  // namespace
}  // namespace mcp
