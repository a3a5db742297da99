#include "common/base/text.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/grant.h"

namespace idp {
namespace {

bool may_refresh(const Call& call, const std::string& client_id) {
  const auto client = find_client(call, client_id);
  return !client || base::contains(client->grant_types, "refresh_token");
}

}  // namespace

Read<jose::Members> answer_exchange(const Call& call, const Exchanged& exchanged) {
  const Granted& granted = exchanged.granted;
  const auto token = issue(call, granted);
  if (!token) return tl::unexpected(token.error());
  call.provider.grants.note_access_token(exchanged.family, token->jti);
  jose::Members answer = token_answer(*token, granted.scope);
  if (may_refresh(call, granted.client_id)) {
    answer.set_string("refresh_token", exchanged.refresh_token);
  }
  const bool openid = call.issuer->persona() != Persona::github;
  if (openid && base::contains(base::words(granted.scope), "openid")) {
    const auto id_token = issue_id_token(call, granted, exchanged.nonce);
    if (!id_token) return tl::unexpected(id_token.error());
    answer.set_string("id_token", *id_token);
  }
  return answer;
}

/// RFC 6749, section 4.1.3, with PKCE (RFC 7636, section 4.5) and `resource` (RFC 8707, section
/// 2.2): the token may be for fewer resources than the code, not for others.
Read<jose::Members> grant_authorization_code(const Call& call, const TokenRequest& request) {
  const std::string code = base::form_value(request.fields, "code");
  if (code.empty()) return refuse("invalid_request", "code is missing");
  const auto exchanged = call.provider.grants.redeem(
      code, {.issuer = call.issuer->name(),
             .client_id = request.client.id,
             .redirect_uri = base::form_value(request.fields, "redirect_uri"),
             .verifier = base::form_value(request.fields, "code_verifier"),
             .audiences = request.audiences,
             .confirmation = request.confirmation,
             .is_public = !request.client.authenticates(),
             .weaknesses = call.issuer->behaviour().weaknesses});
  if (!exchanged) {
    if (call.weak(Weakness::error_code_wrong) && exchanged.error().code == "invalid_grant") {
      return tl::unexpected(TokenError{"invalid_request", exchanged.error().description, true});
    }
    return tl::unexpected(exchanged.error());
  }
  return answer_exchange(call, *exchanged);
}

}  // namespace idp
