#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/tls/certificate.h"
#include "mock-idp/idp/dpop.h"
#include "mock-idp/idp/own_token.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

/// What a token says of itself and not of its owner: userinfo does not tell it.
constexpr std::array<std::string_view, 14> kOfTheToken = {
    "iss", "aud",   "exp", "nbf",         "iat",   "jti",        "client_id",
    "azp", "scope", "scp", "permissions", "roles", "token_type", "cnf"};

/// How a request carries its token (RFC 6750, section 2.1; RFC 9449, section 7.1).
struct Carried {
  std::string token;  ///< empty: there is none
  bool dpop = false;  ///< behind the scheme DPoP
};

Carried token_of_owner(const http::Request& request) {
  const std::vector<std::string> fields = base::all_headers(request.headers, "Authorization");
  if (fields.size() != 1) return {};
  const std::size_t blank = fields.front().find(' ');
  const std::string scheme = fields.front().substr(0, blank);
  const bool dpop = base::equal_ignoring_case(scheme, "DPoP");
  // GitHub's own clients call the scheme "token".
  const bool known = dpop || base::equal_ignoring_case(scheme, "Bearer") ||
                     base::equal_ignoring_case(scheme, "token");
  if (!known || blank == std::string::npos) return {};
  return {std::string(base::trim(std::string_view(fields.front()).substr(blank))), dpop};
}

/// Challenges for both schemes; what is wrong goes with the one that was used.
http::Response not_for(const Call& call, const Carried& carried, const std::string& error) {
  http::Response response = carried.token.empty()
                                ? http::Response::text(401, "A token is needed\n")
                                : http::Response::json(401, "{\"error\":\"" + error + "\"}");
  const std::string attribute = carried.token.empty() ? "" : ", error=\"" + error + "\"";
  response.headers.push_back(
      {"WWW-Authenticate", "Bearer realm=\"mcp-authspec\"" + (carried.dpop ? "" : attribute)});
  if (carried.dpop) {
    const std::string algs = base::join(jose::signing_algorithms(), " ");
    response.headers.push_back({"WWW-Authenticate", "DPoP algs=\"" + algs + "\"" + attribute});
  }
  return with_dpop_nonce(call, not_stored(std::move(response)));
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

/// That whoever uses the token shows what it is bound to (RFC 9449, section 7.2; RFC 8705, section
/// 3). The error is what the challenge says.
Read<void> check_binding(const Call& call, const Carried& carried, const jose::Members& claims) {
  const Confirmation bound = confirmation_of(claims);
  if (carried.dpop != !bound.jkt.empty()) return refuse("invalid_token", "wrong scheme");
  if (carried.dpop) {
    const auto proven = read_confirmation(call, carried.token);
    if (!proven) return tl::unexpected(proven.error());
    if (proven->jkt != bound.jkt) return refuse("invalid_token", "another key");
  }
  const bool shown =
      bound.x5t.empty() || tls::certificate_thumbprint(call.request.certificate) == bound.x5t;
  if (!shown) return refuse("invalid_token", "another certificate");
  return {};
}

/// Answers with what `describe` says about the owner of the request's token.
http::Response about_owner(const Call& call,
                           const std::function<std::string(const jose::Members&)>& describe) {
  if (!allows(call.request, "GET, POST")) return method_not_allowed("GET, POST");
  const Carried carried = token_of_owner(call.request);
  const auto token = find_opaque_token(call, carried.token);
  if (token && token->at_userinfo) return token->at_userinfo.response();
  const auto claims = claims_behind(call, carried.token, token);
  if (!claims) return not_for(call, carried, "invalid_token");
  if (const auto bound = check_binding(call, carried, *claims); !bound) {
    return not_for(call, carried, bound.error().code);
  }
  http::Response response = http::Response::json(200, describe(*claims));
  response.headers.push_back({"X-OAuth-Scopes", scopes_of(*claims)});
  return with_dpop_nonce(call, not_stored(std::move(response)));
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
