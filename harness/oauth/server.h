#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "harness/oauth/ask.h"

namespace oauth {

/// An authorization server as its metadata has it (RFC 8414, section 2).
struct Server {
  std::string issuer;  ///< as the resource names it
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string registration_endpoint;  ///< empty: clients cannot register themselves
  std::string revocation_endpoint;    ///< empty: tokens cannot be revoked
  std::vector<std::string> scopes;    ///< that the resource says it knows
  bool s256 = false;                  ///< its metadata promises PKCE with S256
  std::string resource;               ///< the MCP server's own name, for `resource`

  // What else the metadata may have; empty: it does not.
  std::string named_issuer;  ///< its own word for the issuer
  std::string jwks_uri;
  std::string userinfo_endpoint;
  std::string introspection_endpoint;
  std::string pushed_request_endpoint;  ///< RFC 9126
  std::string device_endpoint;          ///< RFC 8628
  std::vector<std::string> grant_types;
  std::vector<std::string> authentications;       ///< token_endpoint_auth_methods_supported
  std::vector<std::string> dpop_algorithms;       ///< RFC 9449
  std::vector<std::string> offered_scopes;        ///< scopes_supported
  std::vector<std::string> assertion_algorithms;  ///< of private_key_jwt
  bool takes_documents = false;                   ///< client_id_metadata_document_supported
  bool announces_iss = false;  ///< authorization_response_iss_parameter_supported
  std::string metadata;        ///< the document, JSON text
  std::string place;           ///< where it was found

  /// Whether the metadata says so; what a missing member stands for is in RFC 8414, section 2.
  bool has_grant(const std::string& type) const;
  bool has_authentication(const std::string& method) const;
};

/// Finds the authorization server of an MCP server in the specification's order: the challenge of
/// an unauthorized request, the protected resource metadata that it names or that lies at the
/// well-known paths, the metadata of the first authorization server there. Servers of 2025-03-26
/// have neither: then the origin itself is asked, and its default endpoints are the last resort.
/// The error says what was asked in vain.
base::Result<Server> discover(const Ask& ask, const std::string& mcp_url);

/// Where the metadata of an issuer may be, in the specification's order: RFC 8414, section 3.1,
/// then the two forms of OpenID Connect Discovery.
std::vector<std::string> metadata_places(const base::Url& issuer);

/// The metadata of an issuer, tried in that order.
base::Result<Server> read_issuer(const Ask& ask, const std::string& issuer);

}  // namespace oauth
