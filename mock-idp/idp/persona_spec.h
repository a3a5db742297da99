#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/persona.h"
#include "mock-idp/jose/key.h"

// What is known of one provider, as data. The facts are from the providers' public documentation;
// what stands on several hosts there stands below one issuer's path here.
//
// In the texts, <name> stands for a value: <base> (the URL /i/<name>), <iss>, <host> (<iss> without
// its scheme), <aud>, <auds> (the members of an array), <scope>, <scopes> (an array), <sub>,
// <client>, <nonce>, <kid>, <now>, <exp>, <random> (43 characters), <uuid>. A member that wants a
// value which a token does not have is left out.
namespace idp {

/// A path below /i/<name> and the generic endpoint that answers there.
struct PathAlias {
  std::string_view path;
  std::string_view means;
};

/// An issuer of the provider, with the document that describes it.
struct PersonaIssuer {
  std::string_view path;      ///< what follows /i/<name> in `iss`
  std::string_view document;  ///< the path that /.well-known/… is appended to
  bool openid = true;         ///< whether there is an OpenID Connect document
  bool oauth = true;          ///< and one of RFC 8414
  std::string_view metadata;  ///< JSON; what the provider does not implement is taken out
};

struct TokenSpec {
  std::string_view name;
  std::string_view summary;
  std::string_view issuer_path;  ///< of its `iss`; see PersonaIssuer
  std::string_view header;       ///< JSON, without alg and kid
  std::string_view claims;       ///< JSON
};

enum class KidStyle {
  plain,        ///< as the pool has it: "rs256-0"
  random21,     ///< 21 characters of base64url
  thumbprint,   ///< 43 characters of base64url
  certificate,  ///< base64url of the SHA-1 of the certificate, which is also its x5t
  hex40,        ///< 40 hexadecimal digits
  base64,       ///< 44 characters of base64, padding included
};

struct KeyStyle {
  KidStyle kid = KidStyle::plain;
  int count = 1;     ///< keys that are published from the start; the first signs
  bool alg = true;   ///< whether a JWK has the member `alg`
  bool x5c = false;  ///< and so on
  bool x5t = false;
  bool x5t_s256 = false;
  bool encryption_key = false;  ///< a key for encryption is published as well
  bool issuer = false;          ///< a JWK names the issuer that it belongs to
};

struct PersonaSpec {
  Persona persona;
  std::string_view name;
  Habits habits;
  std::string_view subject;            ///< of the usual user
  std::vector<PersonaIssuer> issuers;  ///< the first is the one that its tokens are of
  std::vector<PathAlias> paths;
  KeyStyle keys;
  std::vector<TokenSpec> tokens;  ///< the first is the usual access token
  std::string_view opaque_prefix;
  std::size_t opaque_length = 43;  ///< characters behind the prefix
};

const PersonaSpec& spec_of(Persona persona);

// One file each.
PersonaSpec generic_spec();
PersonaSpec auth0_spec();
PersonaSpec okta_spec();
PersonaSpec entra_spec();
PersonaSpec google_spec();
PersonaSpec keycloak_spec();
PersonaSpec cognito_spec();
PersonaSpec github_spec();

/// Values for the names in angle brackets.
struct Values {
  std::string base;
  std::string iss;
  TokenFacts facts;
  std::string kid;
  long long now = 0;
  long long exp = 0;
};
/// The members of a JSON object with their values filled in.
std::vector<jose::Member> fill(std::string_view object, const Values& values);

/// The generic path that a path below /i/<name> means; empty: nothing is there.
std::string_view generic_path(const PersonaSpec& spec, std::string_view below);
/// The issuer whose document is asked for at a path below /i/<name>, or by the path that follows
/// /.well-known/… ; null: there is none.
const PersonaIssuer* issuer_at(const PersonaSpec& spec, std::string_view document);
/// The path below /i/<name> of a generic endpoint; empty: the persona has none.
std::string path_of(const PersonaSpec& spec, std::string_view generic);

/// The key under the kid that the persona would give it.
jose::Key renamed(const KeyStyle& style, const jose::Key& key);
/// The public JWK as the persona publishes it.
std::string public_jwk(const KeyStyle& style, const jose::Key& key, const std::string& iss);
std::string encryption_jwk(const KeyStyle& style, const jose::Key& key);

}  // namespace idp
