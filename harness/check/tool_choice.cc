#include "harness/check/tool_choice.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"

namespace check {
namespace {

using nlohmann::json;

/// What tools that change something are often called.
constexpr std::array kDangerous = {"delete", "remove", "drop",  "write", "create", "update",
                                   "send",   "post",   "exec",  "run",   "kill",   "reset",
                                   "set_",   "insert", "admin", "purge", "publish"};
constexpr std::array kMintingVerbs = {"generate", "create", "issue", "mint", "get", "new", "login"};
constexpr const char* kSample = "mcp-authspec";

json member(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found == object.end() ? json() : *found;
}

std::vector<json> tools_of(const std::string& text) {
  const auto result = base::parse_json(text);
  if (!result) return {};
  std::vector<json> list;
  for (const json& tool : member(*result, "tools")) {
    if (tool.is_object() && !base::text_member(tool, "name").empty()) list.push_back(tool);
  }
  return list;
}

std::string role_of(const json& tool) {
  return base::text_member(member(tool, "_meta"), "io.mcp-authspec/role");
}

json properties_of(const json& tool) { return member(member(tool, "inputSchema"), "properties"); }

bool takes(const json& tool, std::string_view argument) {
  const json properties = properties_of(tool);
  return properties.is_object() && properties.contains(argument);
}

/// A value that suits the schema of an argument.
json sample_of(const json& schema) {
  for (const char* given : {"const", "default"}) {
    if (const json value = member(schema, given); !value.is_null()) return value;
  }
  for (const char* given : {"enum", "examples"}) {
    if (const json list = member(schema, given); list.is_array() && !list.empty()) return list[0];
  }
  const std::string type = base::text_member(schema, "type");
  if (type == "number" || type == "integer") {
    const json least = member(schema, "minimum");
    return least.is_number() ? least : json(1);
  }
  if (type == "boolean") return false;
  if (type == "array") return json::array();
  if (type == "object") return json::object();
  return kSample;
}

/// The required arguments but for the credential.
json arguments_of(const json& tool, std::string_view credential) {
  json arguments = json::object();
  const json properties = properties_of(tool);
  for (const std::string& name : base::texts(member(member(tool, "inputSchema"), "required"))) {
    if (name != credential) arguments[name] = sample_of(member(properties, name.c_str()));
  }
  return arguments;
}

bool sounds_dangerous(const json& tool) {
  const std::string name = base::to_lower(base::text_member(tool, "name"));
  return std::any_of(kDangerous.begin(), kDangerous.end(),
                     [&](const char* word) { return name.find(word) != std::string::npos; });
}

bool mints(const json& tool) {
  if (role_of(tool) == "mint") return true;
  const std::string name = base::to_lower(base::text_member(tool, "name"));
  const bool token = name.find("token") != std::string::npos ||
                     name.find("jwt") != std::string::npos || name == "login";
  return token && std::any_of(kMintingVerbs.begin(), kMintingVerbs.end(), [&](const char* verb) {
           return name.find(verb) != std::string::npos;
         });
}

/// The higher the better; nothing for tools that must not be called just to see.
std::optional<int> rank(const json& tool, std::string_view credential) {
  const json hints = member(tool, "annotations");
  if (member(hints, "destructiveHint") == true || mints(tool)) return std::nullopt;
  const std::string role = role_of(tool);
  int points = 0;
  // The answers of these differ: a bad caller would look refused, and one of them counts.
  if (role == "identity" || role == "witness") points -= 4;
  if (role == "scoped") points -= 8;
  if (role == "upstream") points -= 8;
  if (member(hints, "readOnlyHint") == true) points += 6;
  if (sounds_dangerous(tool)) points -= 10;
  return points - static_cast<int>(arguments_of(tool, credential).size());
}

}  // namespace

std::optional<mcp::Operation> choose_call(const std::string& tools, std::string_view credential) {
  const std::vector<json> list = tools_of(tools);
  const bool any_takes = std::any_of(list.begin(), list.end(),
                                     [&](const json& tool) { return takes(tool, credential); });
  const json* best = nullptr;
  int most = 0;
  for (const json& tool : list) {
    if (any_takes && !takes(tool, credential)) continue;
    const auto points = rank(tool, credential);
    if (!points || (best != nullptr && *points <= most)) continue;
    best = &tool;
    most = *points;
  }
  if (best == nullptr) return std::nullopt;
  return mcp::Operation::call_tool(base::text_member(*best, "name"),
                                   base::dump(arguments_of(*best, credential)));
}

std::optional<mcp::Operation> minting_call(const std::string& tools, std::string_view credential) {
  for (const json& tool : tools_of(tools)) {
    if (!mints(tool)) continue;
    return mcp::Operation::call_tool(base::text_member(tool, "name"),
                                     base::dump(arguments_of(tool, credential)));
  }
  return std::nullopt;
}

std::string argument_schema(const std::string& tools, std::string_view tool,
                            std::string_view argument) {
  for (const json& one : tools_of(tools)) {
    if (base::text_member(one, "name") != tool || !takes(one, argument)) continue;
    return base::dump(properties_of(one).at(std::string(argument)));
  }
  return {};
}

}  // namespace check
