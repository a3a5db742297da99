#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/token_request.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

/// A grant of the token endpoint: gives the members of the answer.
struct Grant {
  std::string_view type;
  Read<jose::Members> (*run)(const Call& call, const TokenRequest& request);
};

inline constexpr std::string_view kDeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/// Every grant that a client may register for.
std::span<const Grant> grants();
/// What the issuer's metadata names: these, and what its weaknesses add.
std::vector<std::string_view> grant_types(const Issuer& issuer);

Read<jose::Members> grant_authorization_code(const Call& call, const TokenRequest& request);
Read<jose::Members> grant_refresh_token(const Call& call, const TokenRequest& request);
Read<jose::Members> grant_client_credentials(const Call& call, const TokenRequest& request);
Read<jose::Members> grant_token_exchange(const Call& call, const TokenRequest& request);
Read<jose::Members> grant_device_code(const Call& call, const TokenRequest& request);
Read<jose::Members> grant_jwt_bearer(const Call& call, const TokenRequest& request);
Read<jose::Members> grant_password(const Call& call, const TokenRequest& request);

/// The answer of a grant that gives an access token and nothing else.
Read<jose::Members> answer_granted(const Call& call, const Granted& granted);
/// The answer to a code or refresh token: an access token, a new refresh token, and an ID token
/// where the scope has `openid`.
Read<jose::Members> answer_exchange(const Call& call, const Exchanged& exchanged);

}  // namespace idp
