#pragma once

#include <optional>
#include <string_view>

#include "common/http/server.h"
#include "mock-idp/idp/authorization_request.h"

namespace idp {

struct LoginPage {
  std::string_view login_id;
  std::string_view logged_in;  ///< the subject of whoever is logged in already; empty: nobody
  std::string_view problem;    ///< what was wrong with the form before; empty: nothing
  std::string_view claims;     ///< that it had
  bool framable = false;
};

/// The page on which somebody says who they are and what they allow, or that they do not want to.
/// A form with a button per user, and one for anybody with any claims.
http::Response login_page(const AuthorizationRequest& request, const LoginPage& page);

}  // namespace idp
