#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "mock-idp/idp/token_request.h"

namespace idp {

struct Call;

// Kinds of tokens in a token exchange (RFC 8693, section 3).
inline constexpr std::string_view kAccessTokenType =
    "urn:ietf:params:oauth:token-type:access_token";
inline constexpr std::string_view kRefreshTokenType =
    "urn:ietf:params:oauth:token-type:refresh_token";
inline constexpr std::string_view kIdTokenType = "urn:ietf:params:oauth:token-type:id_token";
inline constexpr std::string_view kJwtType = "urn:ietf:params:oauth:token-type:jwt";

/// The claims of the token that is handed in as `parameter`, of the kind that the parameter with
/// `_type` behind it says. It has to be of this issuer; an ID token or refresh token has to be the
/// client's. The error is `invalid_request`, whatever is wrong with it (RFC 8693, section 2.2.2).
Read<nlohmann::json> read_exchanged_token(const Call& call, const TokenRequest& request,
                                          std::string_view parameter);

}  // namespace idp
