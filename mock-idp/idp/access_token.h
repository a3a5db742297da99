#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "common/base/result.h"
#include "mock-idp/idp/grants.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

struct Call;
class CompactJws;
class Issuer;

/// An access token as it goes out.
struct AccessToken {
  std::string text;
  std::string jti;         ///< what it is revoked by; of an opaque one its text
  long long lifetime = 0;  ///< seconds
  bool dpop = false;       ///< it is bound to a key, so that it is no bearer token
};

/// Makes the access token for what was granted; `more` claims are added. Every grant gets its
/// tokens here.
Read<AccessToken> issue(const Call& call, const Granted& granted, const jose::Members& more = {});

/// An ID token about the subject for the client (OpenID Connect Core 1.0, section 2).
Read<std::string> issue_id_token(const Call& call, const Granted& granted, std::string_view nonce);

/// The members of a successful answer: access_token, token_type, expires_in, scope (RFC 6749,
/// section 5.1).
jose::Members token_answer(const AccessToken& token, std::string_view scope);

/// Whether a key of the issuer made the signature, under its `kid` and for its `alg`.
bool signed_by(Issuer& issuer, const CompactJws& jws);
/// `exp` has to be there and in the future, `nbf` in the past where it is there.
base::Result<void> check_times(const Call& call, const nlohmann::json& claims);

/// The claims of an access token that this issuer signed, that is neither expired nor revoked and
/// has this issuer as `iss`. The error says what is wrong with it.
base::Result<nlohmann::json> read_own_token(const Call& call, std::string_view token);

}  // namespace idp
