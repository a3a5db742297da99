#include "mock-idp/idp/cors.h"

#include <algorithm>
#include <string>

#include "common/base/url.h"

namespace idp {
namespace {

constexpr std::string_view kForAnyPage[] = {"discovery", "oauth-metadata", "jwks"};
constexpr std::string_view kForThisMachine[] = {"token",      "register", "userinfo",
                                                "revocation", "par",      "device-authorization"};

template <std::size_t N>
bool is_one_of(const std::string_view (&list)[N], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// The value of Access-Control-Allow-Origin; empty where the page gets nothing.
std::string allowed_origin(const http::Request& request, std::string_view endpoint) {
  const std::string* const origin = request.header("Origin");
  if (origin == nullptr) return {};
  if (is_one_of(kForAnyPage, endpoint)) return "*";
  if (!is_one_of(kForThisMachine, endpoint)) return {};
  const auto url = base::parse_url(*origin);
  return url && url->is_loopback() && url->origin() == *origin ? *origin : std::string();
}

}  // namespace

std::optional<http::Response> answer_preflight(const http::Request& request,
                                               std::string_view endpoint) {
  if (request.method != "OPTIONS") return std::nullopt;
  if (request.header("Access-Control-Request-Method") == nullptr) return std::nullopt;
  if (allowed_origin(request, endpoint).empty()) return std::nullopt;
  http::Response response{.status = 204};
  response.headers = {
      {"Access-Control-Allow-Methods", "GET, POST, PUT, DELETE"},
      {"Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP, MCP-Protocol-Version"},
      {"Access-Control-Max-Age", "600"}};
  return response;
}

void share_with_scripts(const http::Request& request, std::string_view endpoint,
                        http::Response& response) {
  const std::string origin = allowed_origin(request, endpoint);
  if (origin.empty()) return;
  base::set_header(response.headers, "Access-Control-Allow-Origin", origin);
  response.headers.push_back({"Access-Control-Expose-Headers", "WWW-Authenticate, DPoP-Nonce"});
  if (origin != "*") response.headers.push_back({"Vary", "Origin"});
}

}  // namespace idp
