#include "mock-idp/idp/grant.h"

namespace idp {

/// RFC 6749, section 4.4. A client that acts for itself is the subject (RFC 9068, section 2.2).
Read<jose::Members> grant_client_credentials(const Call& call, const TokenRequest& request) {
  if (!request.client.authenticates()) return refuse_client("client authentication is missing");
  return answer_granted(call, {.subject = request.client.id,
                               .client_id = request.client.id,
                               .scope = request.scope,
                               .audiences = request.audiences,
                               .confirmation = request.confirmation});
}

}  // namespace idp
