#include "mock-idp/idp/own_token.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

std::optional<OwnToken> find_refresh_token(const Call& call, std::string_view text) {
  const auto granted =
      call.provider.grants.look_up_refresh_token(std::string(text), call.issuer->name());
  if (!granted) return std::nullopt;
  OwnToken token{.kind = OwnToken::Kind::refresh, .client_id = granted->client_id};
  token.claims.set_string("iss", call.issuer->url());
  token.claims.set_string("sub", granted->subject);
  token.claims.set_string("client_id", granted->client_id);
  if (!granted->scope.empty()) token.claims.set_string("scope", granted->scope);
  return token;
}

}  // namespace

Confirmation confirmation_of(const jose::Members& claims) {
  const std::string* const text = claims.find("cnf");
  if (text == nullptr) return {};
  const auto cnf = base::parse_json(*text);
  if (!cnf) return {};
  return {.jkt = base::text_member(*cnf, "jkt"), .x5t = base::text_member(*cnf, "x5t#S256")};
}

bool is_bound_to_key(const jose::Members& claims) { return !confirmation_of(claims).jkt.empty(); }

std::string client_of(const Call& call, const jose::Members& claims) {
  return claims.string(habits_of(call.issuer->persona()).client_claim);
}

std::optional<OwnToken> find_own_token(const Call& call, std::string_view text) {
  const auto claims = read_own_token(call, text);
  if (!claims) return find_refresh_token(call, text);
  OwnToken token;
  for (const auto& [name, value] : claims->items()) token.claims.append(name, base::dump(value));
  token.client_id = client_of(call, token.claims);
  return token;
}

std::optional<OpaqueToken> find_opaque_token(const Call& call, std::string_view text) {
  auto token = call.issuer->opaque_tokens().find(text);
  if (token && call.provider.grants.is_revoked(std::string(text))) token->revoked = true;
  return token;
}

bool revoke_own_token(const Call& call, const std::string& text, const std::string& client_id) {
  const auto token = find_own_token(call, text);
  if (!token || token->client_id != client_id) return false;
  if (token->kind == OwnToken::Kind::refresh) {
    return call.provider.grants.revoke_refresh_token(text, call.issuer->name(), client_id);
  }
  call.provider.grants.revoke_access_token(token->claims.string("jti"));
  return true;
}

}  // namespace idp
