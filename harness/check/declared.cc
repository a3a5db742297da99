#include "harness/check/declared.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"

namespace check {
namespace {

using nlohmann::json;

constexpr std::string_view kDeclares = "/_meta/io.mcp-authspec~1declares";

Declared by_target(Probe& probe) {
  Declared result;
  const mcp::Answer answer = probe.send(
      {.credential = probe.good_credential(), .operation = mcp::Operation::list_tools()});
  const auto parsed = base::parse_json(answer.result);
  const json::json_pointer pointer{std::string(kDeclares)};
  if (!parsed || !parsed->contains(pointer) || !parsed->at(pointer).is_object()) return result;
  const json& object = parsed->at(pointer);
  result.health_path = base::text_member(object, "health_path");
  result.allowed_origin = base::text_member(object, "allowed_origin");
  result.scope_claims = base::texts(object.value("scope_claims", json()));
  result.api_keys = base::texts(object.value("api_keys", json()));
  return result;
}

}  // namespace

Declared declared(Probe& probe) {
  const Profile& profile = probe.target().profile;
  Declared result = by_target(probe);
  if (!profile.health_path.empty()) result.health_path = profile.health_path;
  if (!profile.allowed_origin.empty()) result.allowed_origin = profile.allowed_origin;
  if (!profile.api_keys.empty()) result.api_keys = profile.api_keys;
  if (profile.scope_claim != "scope") result.scope_claims.push_back(profile.scope_claim);
  return result;
}

}  // namespace check
