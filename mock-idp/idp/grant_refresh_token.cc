#include "mock-idp/idp/grant.h"

namespace idp {

/// RFC 6749, section 6: the new token may do less than the first one, never more.
Read<jose::Members> grant_refresh_token(const Call& call, const TokenRequest& request) {
  const std::string token = base::form_value(request.fields, "refresh_token");
  if (token.empty()) return refuse("invalid_request", "refresh_token is missing");
  const auto exchanged =
      call.provider.grants.refresh(token, {.issuer = call.issuer->name(),
                                           .client_id = request.client.id,
                                           .scope = request.scope,
                                           .audiences = request.audiences,
                                           .confirmation = request.confirmation,
                                           .weaknesses = call.issuer->behaviour().weaknesses});
  if (!exchanged) return tl::unexpected(exchanged.error());
  return answer_exchange(call, *exchanged);
}

}  // namespace idp
