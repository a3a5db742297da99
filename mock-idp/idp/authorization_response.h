#pragma once

#include <string>
#include <string_view>

#include "common/base/url.h"
#include "common/http/server.h"

namespace idp {

struct Call;

/// How the answer gets to the client: OAuth 2.0 Multiple Response Type Encoding Practices, section
/// 2.1, and OAuth 2.0 Form Post Response Mode.
enum class ResponseMode { query, fragment, form_post };

/// Where the answer to an authorization request goes.
struct ReturnAddress {
  std::string redirect_uri;
  std::string state;
  ResponseMode mode = ResponseMode::query;
};

/// Sends the browser back to the client with these parameters, `state` where there was one, and
/// `iss` in any case (RFC 9207, section 2).
http::Response answer_client(const Call& call, const ReturnAddress& back,
                             base::FormFields parameters);

}  // namespace idp
