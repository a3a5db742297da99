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
};

/// Finds the authorization server of an MCP server in the specification's order: the challenge of
/// an unauthorized request, the protected resource metadata that it names or that lies at the
/// well-known paths, the metadata of the first authorization server there. Servers of 2025-03-26
/// have neither: then the origin itself is asked, and its default endpoints are the last resort.
/// The error says what was asked in vain.
base::Result<Server> discover(const Ask& ask, const std::string& mcp_url);

/// The metadata of an issuer, tried in the specification's order.
base::Result<Server> read_issuer(const Ask& ask, const std::string& issuer);

}  // namespace oauth
