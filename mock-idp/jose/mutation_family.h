#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/jose/mutation.h"

// What the families of mutations share; nobody outside mutation*.cc needs it.
namespace jose {

using Family = std::vector<Mutation>;

Family alg_mutations();       ///< `alg` that is none, odd or missing; unsigned tokens
Family hs_mutations();        ///< HMAC with a secret that is none
Family form_mutations();      ///< not the compact form of a JWS
Family mixed_mutations();     ///< compact and JSON serialization in one text
Family tamper_mutations();    ///< changed after signing, or signed by somebody else
Family header_mutations();    ///< keys and extensions that the header names
Family key_mutations();       ///< `kid`, and keys that do not suit `alg`
Family ecdsa_mutations();     ///< encodings of ECDSA signatures
Family encoding_mutations();  ///< base64url that is none
Family json_mutations();      ///< header and payload that are no JSON objects
Family time_mutations();      ///< exp, nbf, iat
Family audience_mutations();  ///< aud
Family issuer_mutations();    ///< iss
Family kind_mutations();      ///< other kinds of JWTs of the same issuer

/// The most common apply: one that always can.
using Edit = std::function<void(Recipe&, const Surroundings&)>;
Mutation always(std::string name, std::string summary, Edit edit);

/// Whatever the header says from now on: the signature stays that of the good token's `alg`.
void keep_algorithm(Recipe& recipe);
/// The same, then `change` on the bytes of the signature.
void change_signature(Recipe& recipe, std::function<std::string(std::string signature)> change);
/// Gives these bytes for a signature.
void use_signature(Recipe& recipe, std::string bytes);

/// An attacker's key for `alg`: good, but never published by the issuer.
base::Result<Key> attacker_key(std::string_view alg, const Surroundings& surroundings);
/// The first published key of that algorithm; null if there is none.
const Key* published_key(const Surroundings& surroundings, std::string_view alg);

/// A kid that nobody published.
inline constexpr std::string_view kUnknownKid = "mcp-authspec-unknown";

}  // namespace jose
