#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/url.h"
#include "harness/oauth/server.h"
#include "mock-idp/jose/key.h"
#include "mock-idp/jose/recipe.h"

namespace oauth {

/// A client of an authorization server.
struct Client {
  std::string id;
  std::string secret;  ///< empty: a public client
  std::vector<std::string> redirect_uris;
  /// token_endpoint_auth_method; empty: client_secret_basic with a secret, none without.
  std::string authentication = {};
  /// Signs its assertions (private_key_jwt); none: it has no key.
  std::optional<jose::Key> key = {};
};

/// What a client registers (RFC 7591, section 2).
struct Registration {
  std::string name = "mcp-authspec";
  std::vector<std::string> redirect_uris;
  std::string authentication = "none";  ///< token_endpoint_auth_method
  std::vector<std::string> grant_types = {"authorization_code", "refresh_token"};
  std::string more = {};  ///< members that replace these or are added: a JSON object
};
/// The same as JSON text. Redirects to this machine and to schemes of their own make it an
/// application of the type native (OpenID Connect Dynamic Client Registration 1.0, section 2).
std::string registration_document(const Registration& registration);
wire::Exchange send_registration(const Ask& ask, const Server& server,
                                 const Registration& registration);
base::Result<Client> enroll(const Ask& ask, const Server& server, const Registration& registration);

/// Proof Key for Code Exchange with S256 (RFC 7636).
struct Pkce {
  std::string verifier;
  std::string challenge;
};
Pkce make_pkce();

/// The URL of an authorization request; parameters without a value are left out.
std::string authorization_url(const Server& server, const base::FormFields& parameters);
/// The parameters of a request as MCP has them; with the scope `offline_access` it says `prompt` as
/// well (OpenID Connect Core 1.0, section 11).
base::FormFields authorization_parameters(const Server& server, const Client& client,
                                          const std::string& redirect_uri, const Pkce& pkce,
                                          const std::string& state, const std::string& scope);

struct Tokens {
  std::string access_token;
  std::string refresh_token;
  std::string scope;
  long long expires_in = 0;  ///< seconds; 0: not said
};

/// What the token endpoint answered.
struct TokenAnswer {
  wire::Exchange exchange;
  Tokens tokens;      ///< empty where it gave none
  std::string error;  ///< its code (RFC 6749, section 5.2); empty where it named none
  bool ok() const { return !tokens.access_token.empty(); }
  std::string summary() const;  ///< "400 invalid_grant"
};

/// A token request, with the client's authentication.
TokenAnswer ask_for_token(const Ask& ask, const Server& server, const Client& client,
                          base::FormFields fields, base::Headers headers = {});
base::FormFields code_grant(const std::string& code, const std::string& redirect_uri,
                            const std::string& verifier, const std::string& resource);
base::FormFields refresh_grant(const std::string& refresh_token, const std::string& resource);

/// The header fields with which a client authenticates, or the fields of the form: everything but
/// private_key_jwt, whose assertion is for the caller to make.
void authenticate(const Client& client, base::FormFields& fields, base::Headers& headers);

/// A good assertion of a client with a key, for that server (RFC 7523, sections 2.2 and 3).
jose::Recipe client_assertion(const Client& client, const Server& server, long long now);
/// The fields that carry one.
base::FormFields assertion_fields(const std::string& assertion);

}  // namespace oauth
