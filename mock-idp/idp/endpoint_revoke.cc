#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/token_query.h"

namespace idp {

/// RFC 7009, section 2. A token that is not known is revoked already; one of another client is not
/// for this one to revoke.
http::Response revoke(const Call& call) {
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  const auto query = read_token_query(call);
  if (!query) return refused(query.error());
  if (query->known && query->known->claims.string("client_id") != query->client_id) {
    return refused({"unauthorized_client", "the token was issued to another client"});
  }
  call.issuer->opaque_tokens().revoke(query->token);
  return not_stored(http::Response::json(200, "{}"));
}

}  // namespace idp
