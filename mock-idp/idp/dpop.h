#pragma once

#include <string_view>

#include "mock-idp/idp/confirmation.h"
#include "mock-idp/idp/oauth_form.h"

namespace idp {

struct Call;

/// What the client of the request showed besides its parameters: the thumbprint of its DPoP key,
/// else that of the certificate of its connection, else nothing. A proof is checked as RFC 9449,
/// section 4.3, says; `access_token` is the token that it comes with, if any. The error is
/// `invalid_dpop_proof` or `use_dpop_nonce`.
Read<Confirmation> read_confirmation(const Call& call, std::string_view access_token = {});

/// With the nonce that the next proof has to have, where the issuer wants one.
http::Response with_dpop_nonce(const Call& call, http::Response response);

}  // namespace idp
