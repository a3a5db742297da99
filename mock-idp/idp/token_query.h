#pragma once

#include <optional>
#include <string>

#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/idp/opaque_tokens.h"
#include "mock-idp/idp/own_token.h"
#include "mock-idp/idp/provider.h"

namespace idp {

/// A question or request about a token, from a client that proved who it is.
struct TokenQuery {
  std::string client_id;
  std::string token;
  std::optional<OpaqueToken> known;  ///< what there is to say about it
  std::optional<OwnToken> own;       ///< where it is a signed or a refresh token instead
};

/// Who may ask.
enum class Askers {
  confidential,     ///< clients that authenticate
  public_ones_too,  ///< a public client about its own tokens, by its name
};

/// The form of RFC 7662, section 2.1, and of RFC 7009, section 2.1. A `token_type_hint` is no more
/// than that: tokens are found without it. Where the issuer answers anybody, whatever is sent as
/// `token`, in a form or a query, is taken.
Read<TokenQuery> read_token_query(const Call& call, Askers askers);

}  // namespace idp
