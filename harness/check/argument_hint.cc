#include "harness/check/argument_hint.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"

namespace check {
namespace {

using nlohmann::json;

/// As servers call it, in small letters and without underscores; the likeliest first.
constexpr std::array kArgumentNames = {"authtoken", "jwttoken",   "jwt",         "apikey",
                                       "apitoken",  "secretkey",  "accesstoken", "bearertoken",
                                       "token",     "credential", "password"};

std::string plain(const std::string& name) {
  return base::to_lower(base::replace_all(base::replace_all(name, "_", ""), "-", ""));
}

bool is_marked(const json& schema) {
  return base::text_member(schema, "format") == "password" ||
         (schema.is_object() && schema.value("writeOnly", json()) == true);
}

bool speaks_of_jwt(const std::string& name, const json& schema) {
  const std::string text = name + " " + base::text_member(schema, "description");
  return base::to_lower(text).find("jwt") != std::string::npos;
}

/// How likely a property is the credential: its place in the list; nothing if it is none.
std::optional<std::size_t> place_of(const std::string& name, const json& schema) {
  const auto* const known = std::find(kArgumentNames.begin(), kArgumentNames.end(), plain(name));
  if (known != kArgumentNames.end()) {
    return static_cast<std::size_t>(known - kArgumentNames.begin());
  }
  return is_marked(schema) ? std::optional(kArgumentNames.size()) : std::nullopt;
}

}  // namespace

std::optional<ArgumentHint> argument_hint(const std::string& tools) {
  const auto result = base::parse_json(tools);
  if (!result || !result->is_object()) return std::nullopt;
  std::optional<ArgumentHint> hint;
  std::size_t best = kArgumentNames.size() + 1;
  for (const json& tool : result->value("tools", json::array())) {
    if (!tool.is_object()) continue;
    const json schema = tool.value("inputSchema", json());
    if (!schema.is_object()) continue;
    const json properties = schema.value("properties", json());
    if (!properties.is_object()) continue;
    for (const auto& [name, property] : properties.items()) {
      const auto place = place_of(name, property);
      if (!place || *place >= best) continue;
      best = *place;
      hint = ArgumentHint{name, speaks_of_jwt(name, property)};
    }
  }
  return hint;
}

}  // namespace check
