#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mock-idp/idp/oauth_form.h"

namespace idp {

struct Call;

/// An authorization request that is in order (RFC 6749, section 4.1.1; RFC 7636; RFC 8707).
struct AuthorizationRequest {
  std::string client_id;
  std::string client_name;         ///< as it registered; else its id
  std::string redirect_uri;        ///< where the answer goes
  bool redirect_was_sent = false;  ///< then the token request has to repeat it
  std::string state;
  std::string scope;
  std::vector<std::string> audiences;
  std::string challenge;
  std::string nonce;
  std::string login_hint;
  std::string prompt;
};

/// Why a request is refused. Without a redirect URI that can be trusted the error is shown to the
/// user and goes nowhere else (RFC 6749, section 4.1.2.1).
struct AuthorizationError {
  TokenError error;
  std::optional<std::string> redirect_uri;
  std::string state;
};

tl::expected<AuthorizationRequest, AuthorizationError> read_authorization_request(
    const Call& call, const base::FormFields& fields);

}  // namespace idp
