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

/// Whether the client may be answered at `asked`.
bool is_destination(const Call& call, const std::string& registered, const std::string& asked) {
  if (call.weak(Weakness::redirect_loopback_only) && !is_loopback_redirect(asked)) return false;
  if (asked == registered) return true;
  if (call.weak(Weakness::redirect_unchecked)) return !asked.empty();
  if (call.weak(Weakness::redirect_prefix) && asked.rfind(registered, 0) == 0) return true;
  return !call.weak(Weakness::redirect_port_fixed) && is_same_redirect(registered, asked);
}

Read<void> check_destination(const Call& call, AuthorizationRequest& request) {
  std::string& asked = request.back.redirect_uri;
  const auto known = look_up_client(call, request.client_id);
  if (!known) return refuse("invalid_request", known.error().description);
  const std::optional<RegisteredClient>& client = *known;
  request.client_name = client && !client->name.empty() ? client->name : request.client_id;
  if (!client) {
    if (!call.weak(Weakness::any_client)) {
      return refuse("invalid_request", "the client is not registered");
    }
    if (is_loopback_redirect(asked)) return {};
    return refuse("invalid_request",
                  "a client that is not registered is redirected to this machine only");
  }
  request.from_document = client->from_document;
  request.pushed_only = client->pushed_only;
  if (!request.redirect_was_sent && client->redirect_uris.size() == 1) {
    asked = client->redirect_uris.front();
    return {};
  }
  if (client->from_document && call.weak(Weakness::document_redirect_unchecked) && !asked.empty()) {
    return {};
  }
  for (const std::string& registered : client->redirect_uris) {
    if (is_destination(call, registered, asked)) return {};
  }
  return refuse("invalid_request", "redirect_uri is not one that the client registered");
}

/// Client and redirect URI: while these are in doubt, nothing is redirected.
Read<void> read_destination(const Call& call, const base::FormFields& fields,
                            AuthorizationRequest& request) {
  if (times(fields, "client_id") > 1 || times(fields, "redirect_uri") > 1) {
    return refuse("invalid_request", "client_id or redirect_uri is there twice");
  }
  request.client_id = base::form_value(fields, "client_id");
  if (request.client_id.empty()) return refuse("invalid_request", "client_id is missing");
  request.redirect_was_sent = !request.back.redirect_uri.empty();
  return check_destination(call, request);
}

Read<void> read_challenge(const Call& call, const base::FormFields& fields,
                          AuthorizationRequest& request) {
  request.challenge = base::form_value(fields, "code_challenge");
  const std::string method = base::form_value(fields, "code_challenge_method");
  if (request.challenge.empty()) {
    if (!method.empty()) return refuse("invalid_request", "code_challenge is missing");
    if (call.weak(Weakness::pkce_optional) || request.implicit) return {};
    return refuse("invalid_request", "code_challenge is missing: PKCE is not optional");
  }
  // Where nothing is said, it is plain (RFC 7636, section 4.3).
  request.plain = method.empty() || method == "plain";
  if (request.plain ? !call.weak(Weakness::pkce_plain) : method != "S256") {
    return refuse("invalid_request", "code_challenge_method has to be S256");
  }
  if (request.plain ? !is_verifier(request.challenge) : !is_challenge(request.challenge)) {
    return refuse("invalid_request", "code_challenge is not what S256 makes");
  }
  return {};
}

/// What is answered, and how. The response mode comes first: errors go that way too.
Read<void> read_response(const Call& call, const base::FormFields& fields,
                         AuthorizationRequest& request) {
  const std::string mode = base::form_value(fields, "response_mode");
  const std::string type = base::form_value(fields, "response_type");
  request.implicit = type == "token" && call.weak(Weakness::implicit_grant);
  if (request.implicit) request.back.mode = ResponseMode::fragment;
  if (mode == "form_post") {
    request.back.mode = ResponseMode::form_post;
  } else if (!mode.empty() && mode != (request.implicit ? "fragment" : "query")) {
    return refuse("invalid_request", "response_mode has to be query or form_post");
  }
  if (type.empty()) return refuse("invalid_request", "response_type is missing");
  if (type != "code" && !request.implicit) {
    return refuse("unsupported_response_type", "response_type has to be code");
  }
  return {};
}

/// How somebody is asked (OpenID Connect Core 1.0, section 3.1.2.1).
Read<void> read_manners(const base::FormFields& fields, AuthorizationRequest& request) {
  request.login_hint = base::form_value(fields, "login_hint");
  request.prompt = base::words(base::form_value(fields, "prompt"));
  for (const std::string& one : request.prompt) {
    if (one != "none" && one != "login" && one != "consent" && one != "select_account") {
      return refuse("invalid_request", "prompt is none, login, consent or select_account");
    }
    if (one == "none" && request.prompt.size() > 1) {
      return refuse("invalid_request", "prompt is none and something else");
    }
  }
  const std::string age = base::form_value(fields, "max_age");
  if (age.empty()) return {};
  // As many digits as fit into a span of nanoseconds: 31 years.
  const bool number = age.size() <= 9 && age.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return refuse("invalid_request", "max_age has to be a number of seconds");
  request.max_age = std::stoll(age);
  return {};
}

/// What is done by others, or by nobody here (OpenID Connect Core 1.0, section 3.1.2.6).
Read<void> refuse_unserved(const base::FormFields& fields) {
  constexpr std::pair<const char*, const char*> kUnserved[] = {
      {"request", "request_not_supported"},
      {"request_uri", "request_uri_not_supported"},
      {"registration", "registration_not_supported"}};
  for (const auto& [name, error] : kUnserved) {
    if (times(fields, name) > 0) return refuse(error, std::string(name) + " is not served here");
  }
  return {};
}

Read<void> read_rest(const Call& call, const base::FormFields& fields, Delivery delivery,
                     AuthorizationRequest& request) {
  if (request.pushed_only && delivery == Delivery::direct) {
    return refuse("invalid_request", "this client has to push its requests");
  }
  if (auto once = without_repetition(fields); !once) return tl::unexpected(once.error());
  if (auto response = read_response(call, fields, request); !response) return response;
  if (auto unserved = refuse_unserved(fields); !unserved) return unserved;
  if (auto challenge = read_challenge(call, fields, request); !challenge) return challenge;
  auto scope = read_scope(fields);
  if (!scope) return tl::unexpected(scope.error());
  auto audiences = read_audiences(fields);
  if (!audiences) return tl::unexpected(audiences.error());
  request.scope = std::move(*scope);
  request.audiences = std::move(*audiences);
  request.nonce = base::form_value(fields, "nonce");
  request.dpop_jkt = base::form_value(fields, "dpop_jkt");
  return read_manners(fields, request);
}

}  // namespace

tl::expected<AuthorizationRequest, AuthorizationError> read_authorization_request(
    const Call& call, const base::FormFields& fields, Delivery delivery) {
  AuthorizationRequest request;
  request.back.redirect_uri = base::form_value(fields, "redirect_uri");
  request.back.state = base::form_value(fields, "state");
  if (auto destination = read_destination(call, fields, request); !destination) {
    AuthorizationError error{destination.error(), std::nullopt};
    const bool anywhere = call.weak(Weakness::errors_redirected_anywhere);
    if (anywhere && request.redirect_was_sent) error.back = std::move(request.back);
    return tl::unexpected(std::move(error));
  }
  if (auto rest = read_rest(call, fields, delivery, request); !rest) {
    return tl::unexpected(AuthorizationError{rest.error(), std::move(request.back)});
  }
  return request;
}

}  // namespace idp
