#include <fmt/core.h>

#include <optional>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/persona_spec.h"

namespace idp {
namespace {

using Json = nlohmann::ordered_json;

/// A value for a name in angle brackets. JSON replaces the string around the name, text the name.
struct Value {
  std::string text;
  bool json = false;
};

std::string escaped(std::string_view text) {
  const std::string quoted = base::json_string(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// A random UUID of version 4 (RFC 9562, section 5.4).
std::string uuid() {
  std::string hex = base::random_hex(16);
  hex[12] = '4';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string scope_array(const std::string& scope) {
  std::string list;
  for (const std::string& word : base::words(scope)) {
    list += (list.empty() ? "" : ",") + base::json_string(word);
  }
  return "[" + list + "]";
}

/// The audience as members of an array that has others.
std::string without_brackets(const std::string& json) {
  return json.size() > 1 && json.front() == '[' ? json.substr(1, json.size() - 2) : json;
}

std::optional<Value> text_unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return Value{escaped(text)};
}

std::optional<Value> json_unless_empty(const std::string& text, const std::string& json) {
  if (text.empty()) return std::nullopt;
  return Value{json, true};
}

std::optional<Value> filled_in(std::string_view name, const Values& values) {
  const TokenFacts& facts = values.facts;
  if (name == "base") return text_unless_empty(values.base);
  if (name == "iss") return text_unless_empty(values.iss);
  if (name == "host") return text_unless_empty(values.iss.substr(values.iss.find("://") + 3));
  if (name == "aud") return json_unless_empty(facts.audience_json, facts.audience_json);
  if (name == "auds") {
    return json_unless_empty(facts.audience_json, without_brackets(facts.audience_json));
  }
  if (name == "scope") return text_unless_empty(facts.scope);
  if (name == "scopes") return json_unless_empty(facts.scope, scope_array(facts.scope));
  if (name == "sub") return text_unless_empty(facts.subject);
  if (name == "client") return text_unless_empty(facts.client_id);
  if (name == "nonce") return text_unless_empty(facts.nonce);
  if (name == "kid") return text_unless_empty(values.kid);
  if (name == "now") return Value{std::to_string(values.now), true};
  if (name == "exp") return Value{std::to_string(values.exp), true};
  if (name == "uuid") return Value{uuid()};
  if (name == "random") return Value{base::base64url_encode(base::random_bytes(32))};
  return std::nullopt;
}

/// Puts the values into one member's JSON; nothing where it wants one that there is not.
std::optional<std::string> filled(std::string json, const Values& values) {
  std::size_t at = 0;
  while ((at = json.find('<', at)) != std::string::npos) {
    const std::size_t end = json.find('>', at);
    const auto value = filled_in(std::string_view(json).substr(at + 1, end - at - 1), values);
    if (!value) return std::nullopt;
    const std::size_t quotes = value->json ? 1 : 0;
    json.replace(at - quotes, end + 1 - at + 2 * quotes, value->text);
    at += value->text.size() - quotes;
  }
  return json;
}

}  // namespace

std::vector<jose::Member> fill(std::string_view object, const Values& values) {
  std::vector<jose::Member> members;
  const Json json = Json::parse(object, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return members;
  for (const auto& [name, value] : json.items()) {
    if (auto text = filled(value.dump(), values)) members.push_back({name, std::move(*text)});
  }
  return members;
}

}  // namespace idp
