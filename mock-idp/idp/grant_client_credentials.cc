#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/grant.h"

namespace idp {

/// RFC 6749, section 4.4. A client that acts for itself is the subject (RFC 9068, section 2.2).
Read<jose::Members> grant_client_credentials(const Call& call, const TokenRequest& request) {
  if (!request.client.authenticates()) return refuse_client("client authentication is missing");
  const auto token = issue(call, {.subject = request.client.id,
                                  .client_id = request.client.id,
                                  .scope = request.scope,
                                  .audiences = request.audiences,
                                  .confirmation = request.confirmation});
  if (!token) return tl::unexpected(token.error());
  return token_answer(*token, request.scope);
}

}  // namespace idp
