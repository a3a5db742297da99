#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/id_jag.h"
#include "mock-idp/idp/persona_metadata.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

using Json = nlohmann::ordered_json;

/// RFC 8414, section 2. Nothing is named here that is not there.
Json metadata(const Issuer& issuer) {
  const Weaknesses& weak = issuer.behaviour().weaknesses;
  Json responses = {"code"};
  if (weak.has(Weakness::implicit_grant)) responses.push_back("token");
  Json response_modes = {"query", "form_post"};
  if (weak.has(Weakness::implicit_grant)) response_modes.push_back("fragment");
  Json challenges = {"S256"};
  if (weak.has(Weakness::pkce_plain)) challenges.push_back("plain");
  Json types = Json::array();
  for (const std::string_view type : grant_types(issuer)) types.push_back(type);
  return {
      {"issuer", issuer.url()},
      {"authorization_endpoint", issuer.url() + "/authorize"},
      {"token_endpoint", issuer.url() + "/token"},
      {"device_authorization_endpoint", issuer.url() + "/device_authorization"},
      {"jwks_uri", issuer.jwks_uri()},
      {"introspection_endpoint", issuer.introspection_url()},
      {"introspection_endpoint_auth_methods_supported",
       {"client_secret_basic", "client_secret_post"}},
      {"revocation_endpoint", issuer.url() + "/revoke"},
      {"revocation_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}},
      {"userinfo_endpoint", issuer.userinfo_url()},
      {"registration_endpoint", issuer.url() + "/register"},
      {"response_types_supported", std::move(responses)},
      {"response_modes_supported", std::move(response_modes)},
      {"grant_types_supported", std::move(types)},
      {"token_endpoint_auth_methods_supported",
       {"client_secret_basic", "client_secret_post", "none"}},
      {"authorization_grant_profiles_supported", {kIdJagProfile}},
      {"identity_chaining_requested_token_types_supported", {kIdJagType}},
      {"dpop_signing_alg_values_supported", jose::signing_algorithms()},
      {"code_challenge_methods_supported", std::move(challenges)},
      {"authorization_response_iss_parameter_supported", true},
  };
}

/// What stands between the issuer's name and the well-known path, or behind the name where that
/// path comes first.
std::string_view document_path(const Call& call) {
  constexpr std::string_view kPrefix = "/i/";
  std::string_view path = call.request.path;
  path.remove_prefix(path.find(kPrefix) + kPrefix.size() + call.issuer->name().size());
  return path.substr(0, path.find("/.well-known/"));
}

/// In the persona's words; empty where it has no such document.
std::string in_persona(const Call& call, const Json& json, bool openid) {
  const PersonaSpec& spec = spec_of(call.issuer->persona());
  const PersonaIssuer* const issuer = issuer_at(spec, document_path(call));
  if (issuer == nullptr || !(openid ? issuer->openid : issuer->oauth)) return {};
  return persona_metadata(spec, *issuer, call.issuer->base(), json.dump(), serves);
}

http::Response document(const Call& call, const Json& json, bool openid) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  const bool generic = call.issuer->persona() == Persona::generic;
  const std::string text = generic ? json.dump() : in_persona(call, json, openid);
  if (text.empty()) return http::Response::json(404, R"({"error":"not_found"})");
  http::Response response = http::Response::json(200, text);
  response.headers.push_back({"Cache-Control", "max-age=5"});
  response.headers.push_back({"Access-Control-Allow-Origin", "*"});
  return response;
}

}  // namespace

/// OpenID Connect Discovery 1.0, section 3.
http::Response openid_configuration(const Call& call) {
  Json json = metadata(*call.issuer);
  json["subject_types_supported"] = {"public"};
  Json& algorithms = json["id_token_signing_alg_values_supported"] = Json::array();
  for (const KeyEntry& entry : call.issuer->keys().keys()) {
    const std::string& alg = entry.key.alg();
    if (entry.state != KeyState::active) continue;
    if (std::find(algorithms.begin(), algorithms.end(), alg) == algorithms.end()) {
      algorithms.push_back(alg);
    }
  }
  return document(call, json, /*openid=*/true);
}

/// RFC 8414, section 3.
http::Response authorization_server_metadata(const Call& call) {
  return document(call, metadata(*call.issuer), /*openid=*/false);
}

}  // namespace idp
