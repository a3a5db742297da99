#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mock-idp/idp/authorization_response.h"
#include "mock-idp/idp/oauth_form.h"

namespace idp {

struct Call;

/// An authorization request that is in order (RFC 6749, section 4.1.1; RFC 7636; RFC 8707).
struct AuthorizationRequest {
  std::string client_id;
  std::string client_name;     ///< as it registered; else its id
  bool from_document = false;  ///< its id is the URL of what it says of itself
  bool pushed_only = false;    ///< it may not send its requests through the browser
  bool implicit = false;       ///< wants a token instead of a code (weakness implicit_grant)
  ReturnAddress back;
  bool redirect_was_sent = false;  ///< then the token request has to repeat it
  std::string scope;
  std::vector<std::string> audiences;
  std::string challenge;
  bool plain = false;  ///< the challenge is the verifier itself
  std::string dpop_jkt;
  std::string nonce;
  std::string login_hint;
  std::vector<std::string> prompt;
  std::optional<long long> max_age;  ///< seconds since somebody logged in
};

/// Why a request is refused. Without a redirect URI that can be trusted the error is shown to the
/// user and goes nowhere else (RFC 6749, section 4.1.2.1).
struct AuthorizationError {
  TokenError error;
  std::optional<ReturnAddress> back;
};

/// How a request got here: through the browser, or from the client itself (RFC 9126).
enum class Delivery { direct, pushed };

tl::expected<AuthorizationRequest, AuthorizationError> read_authorization_request(
    const Call& call, const base::FormFields& fields, Delivery delivery = Delivery::direct);

}  // namespace idp
