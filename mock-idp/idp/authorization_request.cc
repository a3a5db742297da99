#include "mock-idp/idp/authorization_request.h"

#include <utility>

#include "common/base/text.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/redirect_uri.h"
#include "mock-idp/idp/token_request.h"

namespace idp {
namespace {

std::size_t times(const base::FormFields& fields, std::string_view name) {
  std::size_t count = 0;
  for (const auto& [field, value] : fields) count += field == name ? 1 : 0;
  return count;
}

/// Client and redirect URI: while these are in doubt, nothing is redirected.
Read<void> read_destination(const Call& call, const base::FormFields& fields,
                            AuthorizationRequest& request) {
  if (times(fields, "client_id") > 1 || times(fields, "redirect_uri") > 1) {
    return refuse("invalid_request", "client_id or redirect_uri is there twice");
  }
  request.client_id = base::form_value(fields, "client_id");
  if (request.client_id.empty()) return refuse("invalid_request", "client_id is missing");
  request.redirect_uri = base::form_value(fields, "redirect_uri");
  request.redirect_was_sent = !request.redirect_uri.empty();
  const auto client = call.provider.clients.find(call.issuer->name(), request.client_id);
  request.client_name = client && !client->name.empty() ? client->name : request.client_id;
  if (!client) {
    if (!call.weak(Weakness::any_client)) {
      return refuse("invalid_request", "the client is not registered");
    }
    if (is_loopback_redirect(request.redirect_uri)) return {};
    return refuse("invalid_request",
                  "a client that is not registered is redirected to this machine only");
  }
  if (!request.redirect_was_sent && client->redirect_uris.size() == 1) {
    request.redirect_uri = client->redirect_uris.front();
    return {};
  }
  for (const std::string& registered : client->redirect_uris) {
    if (is_same_redirect(registered, request.redirect_uri)) return {};
  }
  return refuse("invalid_request", "redirect_uri is not one that the client registered");
}

Read<void> read_challenge(const Call& call, const base::FormFields& fields,
                          AuthorizationRequest& request) {
  request.challenge = base::form_value(fields, "code_challenge");
  const std::string method = base::form_value(fields, "code_challenge_method");
  if (request.challenge.empty()) {
    if (!method.empty()) return refuse("invalid_request", "code_challenge is missing");
    if (call.weak(Weakness::pkce_optional)) return {};
    return refuse("invalid_request", "code_challenge is missing: PKCE is not optional");
  }
  if (method != "S256") {
    return refuse("invalid_request", "code_challenge_method has to be S256");
  }
  if (!is_challenge(request.challenge)) {
    return refuse("invalid_request", "code_challenge is not what S256 makes");
  }
  return {};
}

Read<void> read_rest(const Call& call, const base::FormFields& fields,
                     AuthorizationRequest& request) {
  if (auto once = without_repetition(fields); !once) return tl::unexpected(once.error());
  const std::string response_type = base::form_value(fields, "response_type");
  if (response_type.empty()) return refuse("invalid_request", "response_type is missing");
  if (response_type != "code") {
    return refuse("unsupported_response_type", "response_type has to be code");
  }
  const std::string mode = base::form_value(fields, "response_mode");
  if (!mode.empty() && mode != "query") {
    return refuse("invalid_request", "response_mode has to be query");
  }
  if (auto challenge = read_challenge(call, fields, request); !challenge) return challenge;
  auto scope = read_scope(fields);
  if (!scope) return tl::unexpected(scope.error());
  auto audiences = read_audiences(fields);
  if (!audiences) return tl::unexpected(audiences.error());
  request.scope = std::move(*scope);
  request.audiences = std::move(*audiences);
  request.nonce = base::form_value(fields, "nonce");
  request.login_hint = base::form_value(fields, "login_hint");
  request.prompt = base::form_value(fields, "prompt");
  return {};
}

}  // namespace

tl::expected<AuthorizationRequest, AuthorizationError> read_authorization_request(
    const Call& call, const base::FormFields& fields) {
  AuthorizationRequest request;
  if (auto destination = read_destination(call, fields, request); !destination) {
    return tl::unexpected(AuthorizationError{destination.error(), std::nullopt, {}});
  }
  request.state = base::form_value(fields, "state");
  if (auto rest = read_rest(call, fields, request); !rest) {
    return tl::unexpected(
        AuthorizationError{rest.error(), std::move(request.redirect_uri), request.state});
  }
  return request;
}

}  // namespace idp
