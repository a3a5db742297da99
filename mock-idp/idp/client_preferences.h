#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "mock-idp/idp/oauth_form.h"

namespace idp {

struct Call;

/// How a client wants its tokens made, and by which certificate it proves who it is.
struct ClientPreferences {
  std::string id_token_alg;           ///< empty: the usual one
  bool dpop = false;                  ///< every token request of it has a DPoP proof
  bool bound_by_certificate = false;  ///< and comes over a connection with its certificate
  /// For `tls_client_auth` what the certificate has to say: the name of the metadata member that
  /// has it (RFC 8705, section 2.1.2), and its value.
  std::string certificate_member;
  std::string certificate_value;
};

/// Of a client that authenticates like that. The error is `invalid_client_metadata`.
Read<ClientPreferences> read_client_preferences(const Call& call, const nlohmann::json& document,
                                                ClientAuthentication how);

/// The same as metadata.
nlohmann::json preferences_json(const ClientPreferences& preferences);

}  // namespace idp
