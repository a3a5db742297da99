#include <algorithm>
#include <cstdlib>

#include "common/base/url.h"
#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/idp/own_token.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

std::string token_of(const http::Request& request) {
  const std::string posted = base::form_value(base::parse_form(request.body), "access_token");
  return posted.empty() ? base::form_value(base::parse_form(request.query), "access_token")
                        : posted;
}

/// Numbers as strings, and the client as `aud`: an access token there is for an application.
std::string describe(const jose::Members& claims, long long now) {
  jose::Members members;
  members.set_string("azp", claims.string("client_id"));
  members.set_string("aud", claims.string("client_id"));
  members.set_string("sub", claims.string("sub"));
  members.set_string("scope", claims.string("scope"));
  if (const std::string* const end = claims.find("exp")) {
    const long long left = std::strtoll(end->c_str(), nullptr, 10) - now;
    members.set_string("exp", *end);
    members.set_string("expires_in", std::to_string(std::max(left, 0LL)));
  }
  members.set_string("access_type", "online");
  return members.to_json();
}

}  // namespace

/// What a token is for, in the manner of Google's endpoint of that name: any client may ask.
http::Response tokeninfo(const Call& call) {
  if (!allows(call.request, "GET, POST")) return method_not_allowed("GET, POST");
  const long long now = call.provider.clock.epoch_seconds();
  const auto token = find_opaque_token(call, token_of(call.request));
  if (!token || !token->is_valid(now)) {
    return not_stored(http::Response::json(
        400, R"({"error":"invalid_token","error_description":"Invalid Value"})"));
  }
  return not_stored(http::Response::json(200, describe(token->claims, now)));
}

}  // namespace idp
