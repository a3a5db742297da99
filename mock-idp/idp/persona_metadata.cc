#include "mock-idp/idp/persona_metadata.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace idp {
namespace {

using Json = nlohmann::ordered_json;

/// Promises of behaviour: of the persona's, those are made that the generic document makes too.
constexpr std::array<std::string_view, 9> kPromises = {
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "code_challenge_methods_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_methods_supported"};

bool is_endpoint(std::string_view name) {
  constexpr std::string_view kEnd = "_endpoint";
  return name == "jwks_uri" ||
         (name.size() > kEnd.size() && name.substr(name.size() - kEnd.size()) == kEnd);
}

bool is_served(const PersonaSpec& spec, const std::string& base, const Json& url,
               const std::function<bool(std::string_view)>& serves) {
  if (!url.is_string()) return false;
  const auto& text = url.get_ref<const std::string&>();
  return text.rfind(base, 0) == 0 &&
         serves(generic_path(spec, std::string_view(text).substr(base.size())));
}

Json common(const Json& promised, const Json& kept) {
  Json both = Json::array();
  for (const Json& one : promised) {
    if (std::find(kept.begin(), kept.end(), one) != kept.end()) both.push_back(one);
  }
  return both;
}

}  // namespace

std::string persona_metadata(const PersonaSpec& spec, const PersonaIssuer& issuer,
                             const std::string& base, std::string_view generic,
                             const std::function<bool(std::string_view)>& serves) {
  const Json kept = Json::parse(generic, nullptr, /*allow_exceptions=*/false);
  Json document = Json::object();
  const Values values{.base = base, .iss = base + std::string(issuer.path)};
  for (const auto& [name, text] : fill(issuer.metadata, values)) {
    const Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    const bool promise = std::find(kPromises.begin(), kPromises.end(), name) != kPromises.end();
    if (is_endpoint(name) && !is_served(spec, base, value, serves)) continue;
    if (promise && !kept.contains(name)) continue;
    document[name] = promise ? common(value, kept.at(name)) : value;
  }
  return document.dump();
}

}  // namespace idp
