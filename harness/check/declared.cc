#include "harness/check/declared.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"

namespace check {
namespace {

using nlohmann::json;

constexpr std::string_view kDeclares = "/_meta/io.mcp-authspec~1declares";

std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Declared by_target(Probe& probe) {
  Declared result;
  const mcp::Answer answer = probe.send(
      {.credential = probe.good_credential(), .operation = mcp::Operation::list_tools()});
  const auto parsed = base::parse_json(answer.result);
  const json::json_pointer pointer{std::string(kDeclares)};
  if (!parsed || !parsed->contains(pointer) || !parsed->at(pointer).is_object()) return result;
  const json& object = parsed->at(pointer);
  result.health_path = text(object, "health_path");
  result.allowed_origin = text(object, "allowed_origin");
  const auto claims = object.find("scope_claims");
  if (claims == object.end() || !claims->is_array()) return result;
  for (const json& claim : *claims) {
    if (claim.is_string()) result.scope_claims.push_back(claim.get<std::string>());
  }
  return result;
}

}  // namespace

Declared declared(Probe& probe) {
  const Profile& profile = probe.target().profile;
  Declared result = by_target(probe);
  if (!profile.health_path.empty()) result.health_path = profile.health_path;
  if (!profile.allowed_origin.empty()) result.allowed_origin = profile.allowed_origin;
  if (profile.scope_claim != "scope") result.scope_claims.push_back(profile.scope_claim);
  return result;
}

}  // namespace check
