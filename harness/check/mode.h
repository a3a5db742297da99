#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace check {

/// How a target authenticates its clients.
enum class Mode {
  none,            ///< not at all
  bearer,          ///< fixed tokens, `Authorization: Bearer`
  api_key,         ///< fixed keys in a header field of their own
  basic,           ///< user and password (RFC 7617)
  jwt_shared,      ///< JWTs signed with a secret that issuer and server share (HS256)
  jwt_key,         ///< JWTs checked with one configured public key
  oauth,           ///< JWTs checked with the issuer's published keys
  introspection,   ///< opaque tokens that the issuer is asked about (RFC 7662)
  userinfo,        ///< opaque tokens that the issuer's userinfo endpoint knows
  oauth_proxy,     ///< the server fronts an authorization server and issues its own tokens
  in_band,         ///< credentials in the arguments of tool calls, over HTTP
  stdio_env,       ///< over stdio: a credential in the environment of the process
  stdio_argument,  ///< over stdio: a fixed secret in the arguments of tool calls
  stdio_jwt,       ///< over stdio: a JWT in the arguments of tool calls
  /// The target is no MCP server but an authorization server alone, named by its issuer URL.
  authorization_server,
};
using Modes = std::vector<Mode>;

std::string_view to_string(Mode mode);  ///< as on the command line: "api-key"
/// "oidc" is another word for oauth.
std::optional<Mode> mode_from(std::string_view text);
/// The modes that targets can be tested in, in the order of the list above.
const Modes& all_modes();
std::vector<std::string> mode_names(const Modes& modes = all_modes());

/// Which modes a suite or a case is about.
namespace modes {

bool contains(const Modes& modes, Mode mode);

Modes all();             ///< of MCP servers: every one but authorization_server
Modes http();            ///< over HTTP, whatever the credentials
Modes stdio();           ///< over stdin and stdout of a process
Modes protected_http();  ///< refuse by HTTP status: all over HTTP but none and in_band
Modes bearer_scheme();   ///< credentials come as `Authorization: Bearer`
Modes metadata();        ///< OAuth protected resources, which publish RFC 9728 metadata
Modes jwt();             ///< tokens are JWTs that we sign
Modes signed_jwt();      ///< of these, with a private key
Modes claims();          ///< tokens have claims that we choose: JWTs and introspected tokens
Modes opaque();          ///< the issuer is asked about each token
Modes fixed();           ///< fixed secrets: bearer, api_key, basic
Modes issued();          ///< bearer tokens that somebody issues: bearer_scheme without bearer
Modes with_scheme();     ///< `Authorization` with a scheme: protected_http without api_key
Modes tool_calls();      ///< credentials are judged when a tool is called: no HTTP authorization
Modes in_arguments();    ///< credentials in the arguments of tool calls
Modes logged_in();       ///< somebody logs in through the target: oauth_proxy, authorization_server

}  // namespace modes
}  // namespace check
