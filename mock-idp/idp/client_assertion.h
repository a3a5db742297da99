#pragma once

#include <string>

#include "mock-idp/idp/clients.h"

namespace idp {

struct Call;

/// Whether the assertion proves that it is that client (RFC 7523, section 3): `iss` and `sub` are
/// the client, `aud` has this issuer, the token endpoint or the endpoint that is asked, `exp` is
/// ahead, by a day at most, `jti` is new, and one of the client's keys signed it with an asymmetric
/// algorithm. The error is `invalid_client`.
Read<void> check_assertion(const Call& call, const RegisteredClient& client,
                           const std::string& assertion);

}  // namespace idp
