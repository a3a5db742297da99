#include <fmt/core.h>

#include "common/base/json.h"
#include "mock-idp/idp/mint.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/token_request.h"

namespace idp {
namespace {

http::Response not_stored(http::Response response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response refused(const TokenError& error) {
  http::Response response = http::Response::json(
      error.challenge ? 401 : 400,
      fmt::format(R"({{"error":{},"error_description":{}}})", base::json_string(error.code),
                  base::json_string(error.description)));
  if (error.challenge) {
    response.headers.push_back({"WWW-Authenticate", "Basic realm=\"mcp-authspec\""});
  }
  return not_stored(std::move(response));
}

}  // namespace

/// RFC 6749, sections 4.4 and 5. A request without `resource` or `audience` gets a token for the
/// issuer itself: some audience has to be in it (RFC 9068, section 3), and no other is known.
http::Response token(const Call& call) {
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  const auto request = read_token_request(call.request);
  if (!request) return refused(request.error());
  // A client that acts for itself is the subject (RFC 9068, section 2.2).
  TokenFacts facts{
      .scope = request->scope, .subject = request->client_id, .client_id = request->client_id};
  if (!request->audiences.empty()) facts.audience_json = audience_json(request->audiences);
  const auto recipe = call.issuer->token({}, facts);
  if (!recipe) return refused({"server_error", recipe.error().message});
  const auto minted = call.issuer->issue(*recipe);
  if (!minted) return refused({"server_error", minted.error().message});
  const long long lifetime = std::stoll(*recipe->claims.find("exp")) - recipe->now;
  std::string body = fmt::format(R"({{"access_token":"{}","token_type":"Bearer","expires_in":{})",
                                 *minted, lifetime);
  if (!request->scope.empty()) body += ",\"scope\":" + base::json_string(request->scope);
  return not_stored(http::Response::json(200, body + "}"));
}

}  // namespace idp
