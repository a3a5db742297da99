#include "mock-idp/idp/provider.h"

namespace idp {

/// No response type is supported yet, as the metadata says. The error is shown and not sent on:
/// no client is registered, so no redirect URI can be trusted (RFC 6749, section 4.1.2.1).
http::Response authorize(const Call& call) {
  if (!allows(call.request, "GET, HEAD, POST")) return method_not_allowed("GET, HEAD, POST");
  return http::Response::text(400, "unsupported_response_type: this provider has no login\n");
}

}  // namespace idp
