#include "suites/surface/offers.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"

namespace suites::surface {
namespace {

using nlohmann::json;

constexpr std::size_t kMostOffers = 16;
constexpr const char* kSampleText = "mcp-authspec";
constexpr const char* kNoSuchName = "mcp-authspec-no-such-name";

/// Verbs, and nouns, of tools that only read.
constexpr std::array<std::string_view, 30> kReading = {
    "echo", "ping",      "whoami",   "who",      "get",    "list",  "show",  "read",
    "find", "search",    "lookup",   "describe", "view",   "help",  "hello", "greet",
    "time", "now",       "date",     "version",  "status", "info",  "add",   "sum",
    "calc", "calculate", "multiply", "subtract", "count",  "random"};
/// Words that make a tool suspicious whatever its verb is.
constexpr std::array<std::string_view, 22> kChanging = {
    "delete",  "remove", "drop",  "write",  "create", "update", "send",  "post",
    "exec",    "run",    "kill",  "reset",  "set",    "insert", "admin", "purge",
    "publish", "token",  "login", "secret", "pay",    "buy"};

json member(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found == object.end() ? json() : *found;
}

/// The objects in a result's list, as many as are tried.
std::vector<json> items_of(const std::string& result, const char* list) {
  const auto parsed = base::parse_json(result);
  if (!parsed) return {};
  std::vector<json> items;
  for (const json& item : member(*parsed, list)) {
    if (item.is_object() && items.size() < kMostOffers) items.push_back(item);
  }
  return items;
}

/// "getUserName", "get_user-name": the words in lower case.
std::vector<std::string> words_of_name(std::string_view name) {
  std::string spaced;
  bool small = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (small && std::isupper(byte) != 0) spaced += ' ';
    small = std::islower(byte) != 0;
    spaced += std::isalnum(byte) != 0 ? c : ' ';
  }
  return base::words(base::to_lower(spaced));
}

template <typename List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool only_reads(const json& tool) {
  const json hints = member(tool, "annotations");
  if (member(hints, "destructiveHint") == true) return false;
  const auto words = words_of_name(base::text_member(tool, "name"));
  const bool changes = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return is_one_of(kChanging, word);
  });
  const json read_only = member(hints, "readOnlyHint");
  if (read_only.is_boolean()) return read_only.get<bool>();
  return !changes && !words.empty() && is_one_of(kReading, words.front());
}

/// A value that suits the schema of an argument.
json sample_value(const json& schema) {
  for (const char* given : {"const", "default"}) {
    if (json value = member(schema, given); !value.is_null()) return value;
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
  return kSampleText;
}

std::vector<std::string> required_of(const json& tool) {
  return base::texts(member(member(tool, "inputSchema"), "required"));
}

std::string sample_arguments(const json& tool) {
  const json properties = member(member(tool, "inputSchema"), "properties");
  json arguments = json::object();
  for (const std::string& name : required_of(tool)) {
    arguments[name] = sample_value(member(properties, name.c_str()));
  }
  return base::dump(arguments);
}

mcp::Operation with_params(const char* method, const json& params) {
  return {.method = method, .params = base::dump(params)};
}

Offer of_prompt(const json& prompt) {
  const std::string name = base::text_member(prompt, "name");
  json arguments = json::object();
  for (const json& argument : member(prompt, "arguments")) {
    if (member(argument, "required") == true) {
      arguments[base::text_member(argument, "name")] = kSampleText;
    }
  }
  json params = {{"name", name}};
  if (!arguments.empty()) params["arguments"] = std::move(arguments);
  return {"prompts/get of " + name, with_params("prompts/get", params)};
}

Offer completion(const json& ref, const std::string& argument, const std::string& name) {
  return {"completion/complete for " + name,
          with_params("completion/complete",
                      {{"ref", ref}, {"argument", {{"name", argument}, {"value", ""}}}})};
}

/// The first variable of a URI template (RFC 6570): "path" in "file:///{+path}".
std::optional<std::string> variable_of(const std::string& uri_template) {
  const std::size_t open = uri_template.find('{');
  const std::size_t close = uri_template.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  std::string name = uri_template.substr(open + 1, close - open - 1);
  std::erase_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_'; });
  return name;
}

}  // namespace

ToolOffers offers_of_tools(const std::string& tools) {
  ToolOffers offers;
  for (const json& tool : items_of(tools, "tools")) {
    const std::string name = base::text_member(tool, "name");
    if (name.empty()) continue;
    const std::string label = "tools/call of " + name;
    if (only_reads(tool)) {
      offers.harmless.push_back({label, mcp::Operation::call_tool(name, sample_arguments(tool))});
    } else if (!required_of(tool).empty()) {
      offers.impossible.push_back(
          {label + " without its arguments", mcp::Operation::call_tool(name, "{}")});
    }
  }
  return offers;
}

Offers offers_of_resources(const std::string& resources) {
  Offers offers;
  for (const json& resource : items_of(resources, "resources")) {
    const std::string uri = base::text_member(resource, "uri");
    if (uri.empty()) continue;
    offers.push_back({"resources/read of " + uri, with_params("resources/read", {{"uri", uri}})});
  }
  if (offers.empty()) {
    offers.push_back({"resources/read of an unknown resource",
                      with_params("resources/read", {{"uri", "authspec://no-such-resource"}})});
  }
  return offers;
}

Offers offers_of_prompts(const std::string& prompts) {
  Offers offers;
  for (const json& prompt : items_of(prompts, "prompts")) {
    if (!base::text_member(prompt, "name").empty()) offers.push_back(of_prompt(prompt));
  }
  if (offers.empty()) {
    offers.push_back(
        {"prompts/get of an unknown prompt", with_params("prompts/get", {{"name", kNoSuchName}})});
  }
  return offers;
}

Offers offers_of_completion(const std::string& prompts, const std::string& templates) {
  for (const json& prompt : items_of(prompts, "prompts")) {
    const std::string name = base::text_member(prompt, "name");
    for (const json& argument : member(prompt, "arguments")) {
      const std::string argument_name = base::text_member(argument, "name");
      if (name.empty() || argument_name.empty()) continue;
      return {completion({{"type", "ref/prompt"}, {"name", name}}, argument_name, name)};
    }
  }
  for (const json& one : items_of(templates, "resourceTemplates")) {
    const std::string uri = base::text_member(one, "uriTemplate");
    const auto variable = variable_of(uri);
    if (variable) return {completion({{"type", "ref/resource"}, {"uri", uri}}, *variable, uri)};
  }
  return {completion({{"type", "ref/prompt"}, {"name", kNoSuchName}}, "text", "an unknown prompt")};
}

}  // namespace suites::surface
