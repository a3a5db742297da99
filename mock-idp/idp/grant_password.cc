#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/users.h"

namespace idp {

/// RFC 6749, section 4.3, which RFC 9700, section 2.4, forbids: whoever has a name for `username`
/// gets a token, whatever the password.
Read<jose::Members> grant_password(const Call& call, const TokenRequest& request) {
  const std::string subject = base::form_value(request.fields, "username");
  if (!is_subject(subject)) return refuse("invalid_request", "username is missing or no name");
  if (base::form_value(request.fields, "password").empty()) {
    return refuse("invalid_request", "password is missing");
  }
  return answer_granted(call, {.subject = subject,
                               .client_id = request.client.id,
                               .scope = request.scope,
                               .audiences = request.audiences,
                               .confirmation = request.confirmation});
}

}  // namespace idp
