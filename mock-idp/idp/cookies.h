#pragma once

#include <string>
#include <string_view>

#include "common/http/server.h"

namespace idp {

struct Call;

/// Of a browser in which somebody is logged in.
inline constexpr std::string_view kSessionCookie = "authspec_session";

/// The value of a cookie of the request; empty where there is none.
std::string cookie(const http::Request& request, std::string_view name);

/// Adds a Set-Cookie for everything below the issuer's path: out of reach for scripts and for what
/// other sites send, and encrypted only where the request was.
void set_cookie(const Call& call, http::Response& response, std::string_view name,
                std::string_view value);
/// Lets the browser forget it.
void drop_cookie(const Call& call, http::Response& response, std::string_view name);

}  // namespace idp
