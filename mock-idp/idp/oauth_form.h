#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "common/base/result.h"
#include "common/base/url.h"
#include "common/http/server.h"

namespace idp {

/// An error response of RFC 6749, section 5.2.
struct TokenError {
  std::string code;
  std::string description;
  /// 401 instead of 400, with a challenge for HTTP Basic.
  bool challenge = false;
};

template <typename T>
using Read = tl::expected<T, TokenError>;

tl::unexpected<TokenError> refuse(std::string code, std::string description);
/// `temporarily_unavailable`, with 503: the issuer cannot sign, since steering took its keys.
tl::unexpected<TokenError> refuse_unsigned(const base::Error& error);
/// `invalid_client`, with 401.
tl::unexpected<TokenError> refuse_client(std::string description);

/// How a client says who it is (RFC 6749, section 2.3.1; RFC 8414 has the names).
enum class ClientAuthentication {
  none,
  client_secret_basic,
  client_secret_post,
  private_key_jwt,
  tls_client_auth,
  self_signed_tls_client_auth,
};
std::string_view to_string(ClientAuthentication how);
std::optional<ClientAuthentication> client_authentication_from(std::string_view name);
/// All but those by certificate, `none` last.
std::span<const ClientAuthentication> client_authentications();
/// Those by the certificate of the connection (RFC 8705), which takes https.
std::span<const ClientAuthentication> certificate_authentications();
bool is_by_certificate(ClientAuthentication how);

struct Client {
  std::string id;
  std::string secret;  ///< empty for `none` and `private_key_jwt`
  ClientAuthentication how = ClientAuthentication::none;
  std::string assertion;  ///< of `private_key_jwt`
  /// Whether it shows anything at all that only it can have.
  bool authenticates() const { return how != ClientAuthentication::none; }
};

/// The parameters of a form body. Those without a value are as if they were not there, and none
/// but `resource` and `audience` may be there twice (RFC 6749, section 3.2).
Read<base::FormFields> read_form(const http::Request& request);

/// The same rules for parameters that are read already, such as those of a query. The error is
/// `invalid_request` and names the parameter.
Read<base::FormFields> without_repetition(base::FormFields fields);

/// The client of a form: by HTTP Basic, or in the form by a secret or by an assertion (RFC 7523,
/// section 2.2), never by two of them unless `two_ways` allows it. Who it is and whether the secret
/// is right is for the caller to judge. The error is `invalid_client` where there is none at all.
Read<Client> read_client(const http::Request& request, const base::FormFields& fields,
                         bool two_ways = false);

/// What must not stay in any cache (RFC 6749, section 5.1).
http::Response not_stored(http::Response response);
/// The error as JSON, not stored.
http::Response refused(const TokenError& error);

}  // namespace idp
