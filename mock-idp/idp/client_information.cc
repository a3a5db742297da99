#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/client_metadata.h"
#include "mock-idp/idp/provider.h"

namespace idp {

nlohmann::json client_information(const Call& call, const RegisteredClient& client) {
  using nlohmann::json;
  json document = json::parse(client.metadata, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) document = json::object();
  document.update({{"client_id", client.id},
                   {"client_id_issued_at", client.issued_at},
                   {"redirect_uris", client.redirect_uris},
                   {"grant_types", client.grant_types},
                   {"response_types", json::array()},
                   {"token_endpoint_auth_method", to_string(client.how)}});
  if (base::contains(client.grant_types, "authorization_code")) {
    document["response_types"].push_back("code");
  }
  if (!client.post_logout_redirect_uris.empty()) {
    document["post_logout_redirect_uris"] = client.post_logout_redirect_uris;
  }
  if (!client.jwks.empty()) {
    document["jwks"] = json::parse(client.jwks, nullptr, /*allow_exceptions=*/false);
  }
  document.update(preferences_json(client.preferences));
  if (!client.jwks_uri.empty()) document["jwks_uri"] = client.jwks_uri;
  if (!client.signing_alg.empty()) {
    document["token_endpoint_auth_signing_alg"] = client.signing_alg;
  }
  if (client.pushed_only) document["require_pushed_authorization_requests"] = true;
  if (!client.secret.empty()) {
    document["client_secret"] = client.secret;
    document["client_secret_expires_at"] = 0;
  }
  if (!client.registration_token.empty()) {
    document["registration_access_token"] = client.registration_token;
    document["registration_client_uri"] =
        call.issuer->url() + "/register?client_id=" + base::percent_encode(client.id);
  }
  return document;
}

}  // namespace idp
