#pragma once

#include <string_view>

#include "common/http/server.h"
#include "mock-idp/idp/authorization_request.h"

namespace idp {

/// The page on which somebody says who they are, or that they do not want to. Plain HTML: a form
/// with a button per user, nothing from elsewhere, not to be framed.
http::Response login_page(const AuthorizationRequest& request, std::string_view login_id);

/// The page for a request that cannot be answered by a redirect.
http::Response error_page(const TokenError& error);

}  // namespace idp
