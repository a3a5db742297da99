#include <fmt/core.h>

#include "mock-idp/idp/page_assets.h"
#include "mock-idp/idp/provider.h"

namespace idp {

namespace {

/// What there is to know, for those who came without a browser.
http::Response front_text(const Call& call) {
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

}  // namespace

http::Response front_page(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  const std::string* const accept = call.request.header("Accept");
  const bool browser = accept != nullptr && accept->find("text/html") != std::string::npos;
  http::Response response = browser ? page_asset(call) : front_text(call);
  response.headers.push_back({"Vary", "Accept"});
  return response;
}

http::Response healthz(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  return http::Response::json(200, R"({"status":"ok"})");
}

/// A URL that only a forged token pointed to: that it was asked for is what matters.
http::Response bait(const Call& /*call*/) { return http::Response::json(200, R"({"keys":[]})"); }

}  // namespace idp
