#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/idp/own_token.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

/// What a token says of itself and not of its owner: userinfo does not tell it.
constexpr std::array<std::string_view, 13> kOfTheToken = {
    "iss", "aud",   "exp", "nbf",         "iat",   "jti",       "client_id",
    "azp", "scope", "scp", "permissions", "roles", "token_type"};

/// The token of a request (RFC 6750, section 2.1); nothing where there is none.
std::optional<std::string> bearer_of(const http::Request& request) {
  const std::vector<std::string> fields = base::all_headers(request.headers, "Authorization");
  if (fields.size() != 1) return std::nullopt;
  const std::size_t blank = fields.front().find(' ');
  const std::string scheme = fields.front().substr(0, blank);
  // GitHub's own clients call the scheme "token".
  if (!base::equal_ignoring_case(scheme, "Bearer") && !base::equal_ignoring_case(scheme, "token")) {
    return std::nullopt;
  }
  if (blank == std::string::npos) return std::nullopt;
  return std::string(base::trim(std::string_view(fields.front()).substr(blank)));
}

http::Response not_for(const std::string& token) {
  http::Response response = token.empty()
                                ? http::Response::text(401, "A bearer token is needed\n")
                                : http::Response::json(401, R"({"error":"invalid_token"})");
  response.headers.push_back(
      {"WWW-Authenticate", token.empty()
                               ? "Bearer realm=\"mcp-authspec\""
                               : "Bearer realm=\"mcp-authspec\", error=\"invalid_token\""});
  return not_stored(std::move(response));
}

/// As a header field can carry them.
std::string scopes_of(const jose::Members& claims) {
  std::string list = base::join(base::words(claims.string("scope")), ", ");
  std::erase_if(list, [](unsigned char c) { return c < ' ' || c == 0x7f; });
  return list;
}

/// What the access token says; nothing where it is none, or good for nothing.
std::optional<jose::Members> claims_behind(const Call& call, const std::string& text,
                                           const std::optional<OpaqueToken>& opaque) {
  if (opaque) {
    if (!opaque->is_valid(call.provider.clock.epoch_seconds())) return std::nullopt;
    return opaque->claims;
  }
  auto own = find_own_token(call, text);
  if (!own || own->kind != OwnToken::Kind::access) return std::nullopt;
  return std::move(own->claims);
}

/// Answers with what `describe` says about the owner of the request's token.
http::Response about_owner(const Call& call,
                           const std::function<std::string(const jose::Members&)>& describe) {
  if (!allows(call.request, "GET, POST")) return method_not_allowed("GET, POST");
  const std::string text = bearer_of(call.request).value_or("");
  const auto token = find_opaque_token(call, text);
  if (token && token->at_userinfo) return token->at_userinfo.response();
  const auto claims = claims_behind(call, text, token);
  if (!claims) return not_for(text);
  http::Response response = http::Response::json(200, describe(*claims));
  response.headers.push_back({"X-OAuth-Scopes", scopes_of(*claims)});
  return not_stored(std::move(response));
}

std::string claims_of_owner(const jose::Members& claims) {
  jose::Members members;
  for (const jose::Member& member : claims.members()) {
    const bool hidden =
        std::find(kOfTheToken.begin(), kOfTheToken.end(), member.name) != kOfTheToken.end();
    if (!hidden) members.append(member.name, member.json);
  }
  return members.to_json();
}

/// GitHub gives an account's number and login name, and no `sub`.
std::string account(const jose::Members& claims) {
  const std::string login = claims.string("sub");
  return fmt::format(R"({{"login":{},"id":{},"type":"User","name":{}}})", base::json_string(login),
                     std::hash<std::string>{}(login) % 100'000'000, base::json_string(login));
}

}  // namespace

/// OpenID Connect Core 1.0, section 5.3. Scopes come in the header in which GitHub has them, since
/// this answer has no other place for them.
http::Response userinfo(const Call& call) { return about_owner(call, claims_of_owner); }

/// The same in the manner of GitHub's `GET /user`.
http::Response github_user(const Call& call) { return about_owner(call, account); }

}  // namespace idp
