#pragma once

#include <string>
#include <string_view>

#include "common/http/server.h"
#include "mock-idp/idp/grants.h"

namespace idp {

/// The page on which somebody enters the code that a device shows.
http::Response device_code_page(std::string_view problem);

struct DeviceLogin {
  std::string client;  ///< its name
  std::string_view user_code;
  std::string_view browser;  ///< comes back with the form
};

/// The page on which somebody says who they are, and whether the device may do what it wants.
http::Response device_login_page(const Granted& wish, const DeviceLogin& login);

}  // namespace idp
