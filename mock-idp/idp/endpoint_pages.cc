#include <fmt/core.h>

#include "mock-idp/idp/provider.h"

namespace idp {

http::Response front_page(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  return http::Response::text(
      200, fmt::format("mcp-authspec {}: a mock identity provider for tests.\n"
                       "Its keys are public knowledge. Never trust its tokens in production.\n\n"
                       "Every path /i/<name> is an issuer; nothing has to be set up:\n"
                       "  issuer  {}/i/main\n"
                       "  keys    {}/i/main/jwks\n"
                       "  tokens  {}/i/main/token (any client and secret, unless strict)\n"
                       "  login   {}/i/main/authorize (code with PKCE, S256)\n",
                       AUTHSPEC_VERSION, call.provider.origin, call.provider.origin,
                       call.provider.origin, call.provider.origin));
}

http::Response healthz(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  return http::Response::json(200, R"({"status":"ok"})");
}

/// A URL that only a forged token pointed to: that it was asked for is what matters.
http::Response bait(const Call& /*call*/) { return http::Response::json(200, R"({"keys":[]})"); }

}  // namespace idp
