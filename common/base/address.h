#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace base {

/// What kind of network an IP address belongs to.
enum class AddressKind {
  none,      ///< it is no address
  loopback,  ///< 127.0.0.0/8, ::1
  special,   ///< private, link-local, reserved, multicast, or in IPv6 a cloak for such an IPv4 one
  global,    ///< reached through the Internet
};

/// By the registries of RFC 6890: what is not known to be global is special.
AddressKind address_kind(std::string_view address);

/// The addresses of a host as the system resolves it, as text; localhost and literal addresses in
/// any notation without asking anybody. How long that takes is the system's to say.
Result<std::vector<std::string>> addresses_of(const std::string& host);

}  // namespace base
