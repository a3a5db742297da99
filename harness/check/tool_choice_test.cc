#include "harness/check/tool_choice.h"

#include <gtest/gtest.h>

namespace check {
namespace {

std::string chosen(const std::string& tools) {
  const auto call = choose_call(R"({"tools":[)" + tools + "]}", "auth_token");
  return call ? call->params : "";
}

const std::string kAdd =
    R"({"name":"add","inputSchema":{"properties":{"a":{"type":"number"},"b":{"type":"integer"},)"
    R"("auth_token":{"type":"string"}},"required":["a","b","auth_token"]}})";

TEST(ChooseCall, ArgumentsAreMadeUpByTheirTypesButForTheCredential) {
  EXPECT_EQ(chosen(kAdd), R"({"name":"add","arguments":{"a":1,"b":1}})");
}

TEST(ChooseCall, OfTheToolsThatTakeTheCredentialOneIsChosen) {
  EXPECT_EQ(chosen(R"({"name":"health"},)" + kAdd), chosen(kAdd));
  EXPECT_EQ(chosen(R"({"name":"health"})"), R"({"name":"health","arguments":{}})");
}

TEST(ChooseCall, ToolsThatDestroyOrMintAreNeverCalledJustToSee) {
  EXPECT_EQ(chosen(R"({"name":"wipe","annotations":{"destructiveHint":true}})"), "");
  EXPECT_EQ(chosen(R"({"name":"generate_token"})"), "");
}

TEST(ChooseCall, AReadOnlyToolIsLikedBest) {
  const std::string find = R"({"name":"find","annotations":{"readOnlyHint":true}})";
  EXPECT_EQ(chosen(R"({"name":"delete_all"},)" + find), R"({"name":"find","arguments":{}})");
}

TEST(ChooseCall, WhatTheSchemaOffersIsTaken) {
  EXPECT_EQ(chosen(R"({"name":"go","inputSchema":{"required":["way"],"properties":{"way":)"
                   R"({"enum":["left","right"]}}}})"),
            R"({"name":"go","arguments":{"way":"left"}})");
}

TEST(ChooseCall, OddListsOfToolsDoNoHarm) {
  EXPECT_FALSE(choose_call("", "auth_token"));
  EXPECT_FALSE(choose_call(R"({"tools":7})", "auth_token"));
  EXPECT_EQ(chosen(R"({"name":7},[],{"name":"x","inputSchema":7})"),
            R"({"name":"x","arguments":{}})");
}

TEST(MintingCall, IsFoundByRoleOrName) {
  const auto asked = [](const std::string& tools) {
    const auto call = minting_call(R"({"tools":[)" + tools + "]}", "jwt_token");
    return call ? call->params : "";
  };
  EXPECT_EQ(asked(R"({"name":"generate_jwt","inputSchema":{"required":["user_id"],)"
                  R"("properties":{"user_id":{"type":"string"}}}})"),
            R"({"name":"generate_jwt","arguments":{"user_id":"mcp-authspec"}})");
  EXPECT_EQ(asked(R"({"name":"key","_meta":{"io.mcp-authspec/role":"mint"}})"),
            R"({"name":"key","arguments":{}})");
  EXPECT_EQ(asked(R"({"name":"count_tokens"},{"name":"add"})"), "");
}

TEST(ArgumentSchema, IsThatOfTheToolsArgument) {
  const std::string tools = R"({"tools":[)" + kAdd + "]}";
  EXPECT_EQ(argument_schema(tools, "add", "auth_token"), R"({"type":"string"})");
  EXPECT_EQ(argument_schema(tools, "add", "jwt_token"), "");
  EXPECT_EQ(argument_schema(tools, "sub", "auth_token"), "");
}

}  // namespace
}  // namespace check
