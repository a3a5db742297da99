#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mock-idp/idp/clients.h"

namespace idp {

struct Call;

/// What a client says of itself (RFC 7591, section 2): when it registers, changes its registration,
/// or in its metadata document. The error is `invalid_redirect_uri` or `invalid_client_metadata`
/// and names the member. What means nothing here is ignored.
Read<RegisteredClient> read_client_metadata(const Call& call, const nlohmann::json& document);

/// The JSON document of a request to register.
Read<nlohmann::json> read_metadata_body(const Call& call);

/// What the client is told of its registration (RFC 7591, section 3.2.1; RFC 7592, section 3).
nlohmann::json client_information(const Call& call, const RegisteredClient& client);

}  // namespace idp
