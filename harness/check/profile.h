#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/check/case.h"
#include "harness/oauth/browser.h"
#include "mock-idp/idp/persona.h"

namespace check {

/// A tool of the target and what to call it with.
struct Tool {
  std::string name;
  std::string arguments = "{}";      ///< a JSON object
  std::vector<std::string> scopes;   ///< needed beyond those of every request
  std::vector<std::string> broader;  ///< scopes of a hierarchy, each of which includes them
};

/// How often a client may ask: a full bucket at once, and so many per second for good.
struct RateLimit {
  double per_second = 0;
  double burst = 0;
  std::string per = "client";  ///< or "address": what has a bucket of its own
};

/// Two tools that keep something for their caller between calls: the first gives a handle, a text
/// or the member `argument` of its result, that the second wants in the argument of that name.
struct HandleTools {
  Tool mint;
  Tool use;
  std::string argument = "handle";
};

/// A client that somebody registered at the authorization server under test.
struct OwnClient {
  std::string id;  ///< empty: none
  std::string secret;
  std::string redirect_uri;  ///< empty: oauth::kNowhere
};

/// The name of the other issuer of our provider, for servers that trust two.
constexpr const char* kSecondIssuer = "second";

/// How to reach and judge a target: what its maintainer declares about it. Everything has a
/// default that suits a server of the specification; read from JSON by run/profile_file.
struct Profile {
  std::string url;
  std::optional<Mode> mode;
  std::optional<mcp::Revision> revision;
  /// Whose tokens the target is configured for; nothing: anybody's, in the form of RFC 9068.
  std::optional<idp::Persona> persona;
  std::string audience;               ///< `aud` of good tokens; empty: found by asking
  std::vector<std::string> scopes;    ///< that every request needs; empty: found by asking
  std::string scope_claim = "scope";  ///< or "scp", "permissions", "roles"
  std::map<std::string, std::vector<std::string>> scope_hierarchy;  ///< broad: what it includes
  std::map<std::string, std::string> claims;  ///< more claims of a good token: JSON text by name
  std::optional<mcp::Operation> operation;    ///< the request that good credentials succeed with
  std::optional<Tool> witness;                ///< returns how often it ran
  std::optional<Tool> identity;               ///< returns who is calling
  std::optional<Tool> scoped;                 ///< needs a scope of its own
  std::optional<Tool> relay;                  ///< asks an upstream, that of UPSTREAM_URL
  std::optional<HandleTools> handle;          ///< keep state for a caller
  /// The server trusts the issuer `kSecondIssuer` of our provider as well (MORE_ISSUERS).
  bool second_issuer = false;
  std::optional<RateLimit> rate_limit;       ///< that the server is declared to keep
  std::vector<std::string> public_methods;   ///< served without credentials on purpose
  std::string health_path;                   ///< open to everybody
  std::string allowed_origin;                ///< empty: the target's own origin
  bool requires_exp = false;                 ///< declares that a token without exp is refused
  std::string api_key_header = "X-API-Key";  ///< of mode api-key
  std::string api_key_template = "{key}";    ///< its value, such as "Token {key}"
  std::vector<std::string> api_keys;         ///< "several", "revoked": see Declared
  /// Of modes that carry it in tool arguments; empty: "jwt_token" in stdio-jwt, else "auth_token".
  std::string credential_argument;
  OwnClient client;                        ///< of mode authorization-server
  oauth::Person person;                    ///< who logs in, where somebody has to
  base::Headers headers;                   ///< sent with every request, such as a gateway's key
  std::map<std::string, std::string> env;  ///< of a spawned target, {{placeholders}} allowed
  /// Variables of our own environment from which secrets were read; a spawned target does not
  /// inherit them.
  std::vector<std::string> secret_variables;
  /// How long withdrawn keys may live on; nothing: not declared.
  std::optional<std::chrono::seconds> key_cache_ttl;

  /// Whether `scope_claim` is one string, words with blanks between them, and no array.
  bool scopes_are_text() const;
};

}  // namespace check
