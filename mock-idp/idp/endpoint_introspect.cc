#include "common/base/json.h"
#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/token_query.h"

namespace idp {
namespace {

constexpr const char* kInactive = R"({"active":false})";

/// Everything that the token claims, so that whoever wrote it decides on each member. What every
/// active token has comes first, unless the claims say something else there.
std::string claims_of(jose::Members members, bool access = true) {
  if (access && members.find("token_type") == nullptr) {
    members.set_string("token_type", is_bound_to_key(members) ? "DPoP" : "Bearer");
  }
  if (members.find("active") == nullptr) members.prepend("active", "true");
  return members.to_json();
}

}  // namespace

/// RFC 7662, section 2. A token that nobody registered is as inactive as one that was revoked.
http::Response introspect(const Call& call) {
  const bool anyhow = call.issuer->opaque_tokens().answers_anybody();
  if (!anyhow && !allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  const auto query = read_token_query(call, Askers::confidential);
  if (!query) return refused(query.error());
  if (query->own) {
    const bool access = query->own->kind == OwnToken::Kind::access;
    return not_stored(http::Response::json(200, claims_of(query->own->claims, access)));
  }
  const auto& token = query->known;
  if (!token) return not_stored(http::Response::json(200, kInactive));
  if (token->at_introspection) return token->at_introspection.response();
  if (!token->is_active(call.provider.clock.epoch_seconds())) {
    return not_stored(http::Response::json(200, kInactive));
  }
  return not_stored(
      http::Response::json(200, token->body ? *token->body : claims_of(token->claims)));
}

}  // namespace idp
