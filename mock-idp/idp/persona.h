#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/jose/recipe.h"

namespace idp {

/// Whose tokens and documents an issuer imitates: the dialect of a known provider.
enum class Persona { generic, auth0, okta, entra, google, keycloak, cognito, github };

std::string_view to_string(Persona persona);
std::optional<Persona> persona_from(std::string_view name);
/// `generic` first.
const std::vector<Persona>& all_personas();

/// What differs from one token of a persona to the next.
struct TokenFacts {
  std::string audience_json;  ///< a JSON string, or an array of them; empty: the issuer itself
  std::string scope;          ///< blank-separated; empty: the claims for scopes are left out
  std::string subject;        ///< empty: the persona's usual one
  std::string client_id;      ///< empty: the persona's usual one
  std::string nonce;          ///< of ID tokens; empty: left out
  std::string alg;            ///< empty: the persona's usual one
};

/// One kind of token that a persona issues.
struct TokenKind {
  std::string name;     ///< "access", "id", "access-v1"
  std::string summary;  ///< for people
};
/// The kinds of a persona, its usual access token first.
std::vector<TokenKind> kinds_of(Persona persona);

/// Where and how a persona's access tokens say what they are for.
struct Habits {
  std::string scope_claim;         ///< that its access tokens have: "scope", "scp", "permissions"
  bool scopes_are_text = false;    ///< that claim is a string, words with blanks between them
  std::string client_claim;        ///< "client_id", "azp", "cid"
  bool has_aud = true;             ///< whether its access tokens name an audience
  bool opaque = false;             ///< its access tokens are no JWTs
  std::string client_id;           ///< the client that its tokens are usually issued to
  std::optional<std::string> typ;  ///< header typ of its access tokens; nothing: they have none
};
const Habits& habits_of(Persona persona);

/// A new opaque access token as the persona writes them: "gho_…", "ya29.…". Other personas: 43
/// characters of base64url.
std::string opaque_token(Persona persona);

}  // namespace idp
