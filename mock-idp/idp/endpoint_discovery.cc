#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

using Json = nlohmann::ordered_json;

/// RFC 8414, section 2. Nothing is named here that is not there.
Json metadata(const Issuer& issuer) {
  return {
      {"issuer", issuer.url()},
      {"authorization_endpoint", issuer.url() + "/authorize"},
      {"token_endpoint", issuer.url() + "/token"},
      {"jwks_uri", issuer.jwks_uri()},
      // The authorization endpoint grants nothing; many readers refuse a document without it.
      {"response_types_supported", Json::array()},
      {"grant_types_supported", {"client_credentials"}},
      {"token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}},
      {"introspection_endpoint", issuer.introspection_url()},
      {"introspection_endpoint_auth_methods_supported",
       {"client_secret_basic", "client_secret_post"}},
      {"revocation_endpoint", issuer.url() + "/revoke"},
      {"revocation_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}},
      {"userinfo_endpoint", issuer.userinfo_url()},
  };
}

http::Response document(const Call& call, const Json& json) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  http::Response response = http::Response::json(200, json.dump());
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
  return document(call, json);
}

/// RFC 8414, section 3.
http::Response authorization_server_metadata(const Call& call) {
  return document(call, metadata(*call.issuer));
}

}  // namespace idp
