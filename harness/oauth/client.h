#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/url.h"
#include "harness/oauth/server.h"

namespace oauth {

/// A client of an authorization server.
struct Client {
  std::string id;
  std::string secret;  ///< empty: a public client
  std::vector<std::string> redirect_uris;
};

/// What a client registers (RFC 7591, section 2).
struct Registration {
  std::string name = "mcp-authspec";
  std::vector<std::string> redirect_uris;
  std::string authentication = "none";  ///< token_endpoint_auth_method
};
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
/// The parameters of a request as MCP has them.
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

/// A token request, with the client's authentication: none or client_secret_basic.
TokenAnswer ask_for_token(const Ask& ask, const Server& server, const Client& client,
                          base::FormFields fields);
base::FormFields code_grant(const std::string& code, const std::string& redirect_uri,
                            const std::string& verifier, const std::string& resource);
base::FormFields refresh_grant(const std::string& refresh_token, const std::string& resource);

/// The header fields with which a client authenticates, or the field of the form.
void authenticate(const Client& client, base::FormFields& fields, base::Headers& headers);

}  // namespace oauth
