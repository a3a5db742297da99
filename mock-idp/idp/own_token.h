#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mock-idp/idp/confirmation.h"
#include "mock-idp/idp/opaque_tokens.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

struct Call;

/// A token that this issuer gave out and that is still good.
struct OwnToken {
  enum class Kind { access, refresh };
  Kind kind = Kind::access;
  jose::Members claims;   ///< of a refresh token: iss, sub, client_id, scope
  std::string client_id;  ///< whose it is
};

/// A signed access token or a refresh token of this issuer; nothing where it is none, or has
/// expired or was revoked. Opaque access tokens are found below.
std::optional<OwnToken> find_own_token(const Call& call, std::string_view text);

/// As `OpaqueTokens::find`; a token is revoked with its family, too.
std::optional<OpaqueToken> find_opaque_token(const Call& call, std::string_view text);

/// Whether a token with these claims is bound to a DPoP key.
bool is_bound_to_key(const jose::Members& claims);
/// What a token with these claims is bound to.
Confirmation confirmation_of(const jose::Members& claims);

/// The client that a token of this issuer was given to; empty where it does not say.
std::string client_of(const Call& call, const jose::Members& claims);

/// From now on that token is good for nothing; a refresh token takes its family along. False where
/// that client has no such token.
bool revoke_own_token(const Call& call, const std::string& text, const std::string& client_id);

}  // namespace idp
