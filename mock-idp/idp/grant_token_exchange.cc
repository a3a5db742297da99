#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/grant.h"

namespace idp {
namespace {

constexpr std::string_view kAccessToken = "urn:ietf:params:oauth:token-type:access_token";
constexpr std::string_view kJwt = "urn:ietf:params:oauth:token-type:jwt";

/// Who acts: the client, and behind it whoever acted before (RFC 8693, section 4.1).
std::string actor(const std::string& client_id, const nlohmann::json& subject) {
  nlohmann::json act = {{"sub", client_id}};
  const auto before = subject.find("act");
  if (before != subject.end() && before->is_object()) act["act"] = *before;
  return base::dump(act);
}

Read<void> check_types(const TokenRequest& request) {
  const std::string given = base::form_value(request.fields, "subject_token_type");
  const std::string wanted = base::form_value(request.fields, "requested_token_type");
  if (given != kAccessToken && given != kJwt) {
    return refuse("invalid_request", "subject_token_type has to be that of an access token");
  }
  if (!wanted.empty() && wanted != kAccessToken && wanted != kJwt) {
    return refuse("invalid_request", "requested_token_type has to be that of an access token");
  }
  if (!base::form_value(request.fields, "actor_token").empty()) {
    return refuse("invalid_request", "the client itself is the actor; there is no actor_token");
  }
  return {};
}

}  // namespace

/// RFC 8693: a token of this issuer for another audience, in the name of the same subject. It
/// allows what the client asks for, at most what the first token allowed.
Read<jose::Members> grant_token_exchange(const Call& call, const TokenRequest& request) {
  if (!request.client.authenticates()) return refuse_client("client authentication is missing");
  const std::string token = base::form_value(request.fields, "subject_token");
  if (token.empty()) return refuse("invalid_request", "subject_token is missing");
  if (const auto types = check_types(request); !types) return tl::unexpected(types.error());
  const auto subject = read_own_token(call, token);
  if (!subject) return refuse("invalid_request", "subject_token: " + subject.error().message);
  const std::string scope = base::text_member(*subject, "scope");
  // In the profile `lax` the upstream's scopes need not be those of the server in front.
  if (!call.weak(Weakness::exchange_widens_scope) && !within_scope(request.scope, scope)) {
    return refuse("invalid_scope", "scope is more than subject_token allows");
  }
  const Granted granted{.subject = base::text_member(*subject, "sub"),
                        .client_id = request.client.id,
                        .scope = request.scope.empty() ? scope : request.scope,
                        .audiences = request.audiences,
                        .confirmation = request.confirmation};
  jose::Members more;
  more.set("act", actor(request.client.id, *subject));
  const auto issued = issue(call, granted, more);
  if (!issued) return tl::unexpected(issued.error());
  jose::Members answer = token_answer(*issued, granted.scope);
  answer.set_string("issued_token_type", kAccessToken);
  return answer;
}

}  // namespace idp
