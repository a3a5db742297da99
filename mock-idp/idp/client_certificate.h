#pragma once

#include "mock-idp/idp/clients.h"

namespace idp {

struct Call;

/// Whether the certificate of the connection proves that it is that client (RFC 8705, section 2):
/// with `tls_client_auth` the authority of the provider signed it and it says what the client
/// registered, with `self_signed_tls_client_auth` it is of one of the client's keys. The error is
/// `invalid_client`.
Read<void> check_certificate(const Call& call, const RegisteredClient& client);

}  // namespace idp
