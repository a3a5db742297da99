#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

struct Call;

/// Identity assertions that an issuer makes for the authorization server of somebody else
/// (draft-ietf-oauth-identity-assertion-authz-grant).
inline constexpr std::string_view kIdJagType = "urn:ietf:params:oauth:token-type:id-jag";
inline constexpr std::string_view kIdJagTyp = "oauth-id-jag+jwt";
inline constexpr std::string_view kIdJagProfile = "urn:ietf:params:oauth:grant-profile:id-jag";

/// What an ID-JAG says.
struct IdJag {
  std::string subject;
  std::string client_id;               ///< as the other server knows the client
  std::string audience;                ///< the issuer URL of the other server
  std::vector<std::string> resources;  ///< what the access token is going to be for; may be empty
  std::string scope;                   ///< may be empty
};

/// Signed, good for five minutes. Its `jti` works once.
Read<std::string> make_id_jag(const Call& call, const IdJag& jag);

/// The answer to a token exchange that asked for one (RFC 8693, section 2.2.1).
jose::Members id_jag_answer(const std::string& text, std::string_view scope);

}  // namespace idp
