#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/id_jag.h"
#include "mock-idp/idp/persona_metadata.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

using Json = nlohmann::ordered_json;

/// Where everything is.
Json endpoints(const Issuer& issuer) {
  const auto at = [&](const char* path) { return issuer.url() + path; };
  return {
      {"issuer", issuer.url()},
      {"authorization_endpoint", at("/authorize")},
      {"token_endpoint", at("/token")},
      {"device_authorization_endpoint", at("/device_authorization")},
      {"pushed_authorization_request_endpoint", at("/par")},
      {"jwks_uri", issuer.jwks_uri()},
      {"introspection_endpoint", issuer.introspection_url()},
      {"revocation_endpoint", at("/revoke")},
      {"userinfo_endpoint", issuer.userinfo_url()},
      {"registration_endpoint", at("/register")},
      {"end_session_endpoint", at("/end_session")},
  };
}

/// How clients authenticate at each of the endpoints.
Json authentication_methods() {
  Json methods = Json::array();
  for (const ClientAuthentication how : client_authentications()) methods.push_back(to_string(how));
  Json with_proof = methods;
  with_proof.erase(with_proof.size() - 1);  // none
  return {
      {"token_endpoint_auth_methods_supported", methods},
      {"token_endpoint_auth_signing_alg_values_supported", jose::signing_algorithms()},
      {"introspection_endpoint_auth_methods_supported", with_proof},
      {"introspection_endpoint_auth_signing_alg_values_supported", jose::signing_algorithms()},
      {"revocation_endpoint_auth_methods_supported", methods},
      {"revocation_endpoint_auth_signing_alg_values_supported", jose::signing_algorithms()},
  };
}

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
  Json document = endpoints(issuer);
  document.update(authentication_methods());
  document.update({
      {"response_types_supported", std::move(responses)},
      {"response_modes_supported", std::move(response_modes)},
      {"grant_types_supported", std::move(types)},
      {"code_challenge_methods_supported", std::move(challenges)},
      {"dpop_signing_alg_values_supported", jose::signing_algorithms()},
      {"authorization_response_iss_parameter_supported", true},
      {"authorization_grant_profiles_supported", {kIdJagProfile}},
      {"identity_chaining_requested_token_types_supported", {kIdJagType}},
      {"client_id_metadata_document_supported", true},
      {"require_pushed_authorization_requests", false},
      {"request_parameter_supported", false},
      {"request_uri_parameter_supported", false},
  });
  return document;
}

/// What the issuer says of itself that is not so.
Json spoiled(const Issuer& issuer, Json json) {
  const Weaknesses& weak = issuer.behaviour().weaknesses;
  if (weak.has(Weakness::metadata_of_another)) json["issuer"] = issuer.url() + "/other";
  if (weak.has(Weakness::endpoint_in_the_clear)) {
    json["revocation_endpoint"] = "http://login.example/revoke";
  }
  if (weak.has(Weakness::pkce_unannounced)) json.erase("code_challenge_methods_supported");
  if (weak.has(Weakness::iss_unannounced)) {
    json.erase("authorization_response_iss_parameter_supported");
  }
  return json;
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

/// What only clients that come over TLS can use (RFC 8705).
void add_certificates(const Call& call, Json& json) {
  if (!call.request.encrypted) return;
  json["tls_client_certificate_bound_access_tokens"] = true;
  for (const char* const endpoint : {"token", "introspection", "revocation"}) {
    Json& methods = json[std::string(endpoint) + "_endpoint_auth_methods_supported"];
    for (const auto how : certificate_authentications()) methods.push_back(to_string(how));
  }
}

/// What ID tokens are signed with is told in both documents: clients of OAuth get them, too.
Json complete_metadata(const Call& call) {
  Json json = metadata(*call.issuer);
  add_certificates(call, json);
  Json& algorithms = json["id_token_signing_alg_values_supported"] = Json::array();
  for (const KeyEntry& entry : call.issuer->keys().keys()) {
    const std::string& alg = entry.key.alg();
    if (entry.state != KeyState::active) continue;
    if (std::find(algorithms.begin(), algorithms.end(), alg) == algorithms.end()) {
      algorithms.push_back(alg);
    }
  }
  return spoiled(*call.issuer, std::move(json));
}

}  // namespace

/// OpenID Connect Discovery 1.0, section 3.
http::Response openid_configuration(const Call& call) {
  Json json = complete_metadata(call);
  json["subject_types_supported"] = {"public"};
  json["prompt_values_supported"] = {"none", "login", "consent", "select_account"};
  return document(call, json, /*openid=*/true);
}

/// RFC 8414, section 3.
http::Response authorization_server_metadata(const Call& call) {
  return document(call, complete_metadata(call), /*openid=*/false);
}

}  // namespace idp
