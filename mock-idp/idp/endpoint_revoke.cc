#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/token_query.h"

namespace idp {
namespace {

/// Whose the token is; nothing where there is no such token.
std::optional<std::string> owner_of(const Call& call, const TokenQuery& query) {
  if (query.known) return client_of(call, query.known->claims);
  if (query.own) return query.own->client_id;
  return std::nullopt;
}

}  // namespace

/// RFC 7009, section 2. A token that is not known is revoked already; one of another client is not
/// for this one to revoke.
http::Response revoke(const Call& call) {
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  const auto query = read_token_query(call, Askers::public_ones_too);
  if (!query) return refused(query.error());
  const auto owner = owner_of(call, *query);
  if (owner && owner != query->client_id) {
    return refused({"unauthorized_client", "the token was issued to another client"});
  }
  if (owner && !call.weak(Weakness::revocation_ignored)) {
    if (query->known) call.issuer->opaque_tokens().revoke(query->token);
    if (query->own) revoke_own_token(call, query->token, query->client_id);
  }
  return not_stored(http::Response::json(200, "{}"));
}

}  // namespace idp
