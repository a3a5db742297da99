#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "common/http/server.h"

namespace idp {

/// A client_credentials request that is in order (RFC 6749, section 4.4.2; RFC 8707).
struct TokenRequest {
  std::string client_id;
  std::string scope;
  std::vector<std::string> audiences;  ///< `resource`s, else `audience`; may be empty
};

/// An error response of RFC 6749, section 5.2.
struct TokenError {
  std::string code;
  std::string description;
  /// 401 instead of 400, with a challenge for HTTP Basic.
  bool challenge = false;
};

tl::expected<TokenRequest, TokenError> read_token_request(const http::Request& request);

/// Whether `text` is an absolute URI without a fragment, as RFC 8707, section 2, wants a resource.
bool is_resource(std::string_view text);
/// Whether `text` is a list of scopes (RFC 6749, section 3.3).
bool is_scope(std::string_view text);

}  // namespace idp
