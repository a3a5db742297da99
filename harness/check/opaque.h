#pragma once

#include <functional>
#include <string>

#include "harness/check/probe.h"
#include "mock-idp/idp/mock_idp.h"

/// For targets that ask the issuer about each token.
namespace check {

/// No JSON-RPC result, and a status that tells of bad credentials or of a gateway in trouble: what
/// is due where the issuer does not say in order that a token is good. A plain 500 is not.
Refusal not_vouched_for();

/// Where the token is accepted nonetheless: the authorization server called it active, and RFC
/// 7662, section 4 leaves the checks to that server. So nothing was forged.
Body active_by_issuer(Body body, std::string reason);

/// The good token, given out in this shape, is refused.
Body refuses_shape(std::function<idp::OpaqueShape(Probe&)> shape);

/// The good token is refused where that endpoint never answers about it: within the time that the
/// server itself waits, for which there is patience.
Body refuses_unanswered(idp::Misbehaviour idp::OpaqueShape::*endpoint);

/// One of the endpoints at which an issuer tells of tokens.
struct TellingEndpoint {
  idp::Misbehaviour idp::OpaqueShape::*misbehaves;
  std::string (idp::Issuer::*url)() const;
};
/// The endpoint redirects to that of an issuer whom nobody trusts, who vouches for the token: it is
/// refused, and the other one is not asked.
Finding refuses_redirected(Probe& probe, const TellingEndpoint& endpoint);

/// A token like the good one in form that nobody ever gave out is refused.
Finding refuses_unknown(Probe& probe);

/// A token that is revoked while it is in use is refused, at the latest after the profile's
/// `key_cache_ttl`. Notes after how many seconds it was.
Finding refuses_revoked_in_use(Probe& probe);

/// A fresh token is accepted, and is in no URL that the issuer is asked for.
Finding keeps_token_out_of_urls(Probe& probe);

}  // namespace check
