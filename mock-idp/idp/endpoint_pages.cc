#include <fmt/core.h>

#include "common/base/json.h"
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
  const KeyStore* const store = call.provider.key_store.get();
  const std::string problem = store == nullptr ? std::string() : store->problem();
  if (problem.empty()) return http::Response::json(200, R"({"status":"ok"})");
  return http::Response::json(503, fmt::format(R"({{"status":"keys are not kept","reason":{}}})",
                                               base::json_string(problem)));
}

/// A URL that only a forged token pointed to: that it was asked for is what matters.
http::Response bait(const Call& call) {
  const auto hit = call.provider.baits.hit(call.request.path);
  constexpr std::string_view kFollowed = "/followed";
  const bool leads_on = hit && hit->redirect && call.request.path == hit->path;
  http::Response response = http::Response::json(leads_on ? 302 : 200, R"({"keys":[]})");
  if (leads_on) {
    const auto origins = call.provider.bait_listeners.origins(0);
    const std::string& to = origins.empty() ? call.provider.origin : origins.front();
    response.headers.push_back({"Location", to + hit->path + std::string(kFollowed)});
  }
  return response;
}

}  // namespace idp
