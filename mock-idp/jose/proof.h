#pragma once

#include <string>
#include <string_view>

#include "mock-idp/jose/key.h"
#include "mock-idp/jose/recipe.h"

namespace jose {

/// What a proof of possession is for.
struct ProofOf {
  std::string method = "POST";
  std::string url;           ///< of the request; a query or a fragment does not count
  std::string access_token;  ///< empty: there is none, as in a token request
  std::string nonce;         ///< that the server wants; empty: none
  long long now = 0;         ///< seconds since the epoch
};

/// A good DPoP proof of that key (RFC 9449, section 4.2): `typ`, `alg`, `jwk`; `jti`, `htm`, `htu`,
/// `iat`, and where they are due `ath` and `nonce`. Change one thing to spoil it.
Recipe proof(const Key& key, const ProofOf& of);

/// `ath`: base64url of the access token's SHA-256.
std::string access_token_hash(std::string_view access_token);

/// The `cnf` of a token that is bound to a DPoP key by its thumbprint (RFC 9449, section 6.1), and
/// of one that is bound to a client's certificate (RFC 8705, section 3.1).
std::string confirmed_by_key(std::string_view thumbprint);
std::string confirmed_by_certificate(std::string_view thumbprint);

}  // namespace jose
