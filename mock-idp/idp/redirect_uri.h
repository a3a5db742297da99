#pragma once

#include <string_view>

#include "common/base/result.h"

namespace idp {

/// Whether a client may register that redirect URI: absolute, without fragment and user; https, or
/// http on this machine, or a scheme of an app's own, but none that a browser runs or opens itself
/// (RFC 6749, section 3.1.2; RFC 8252, sections 7 and 8.4). The error says what is wrong.
base::Result<void> check_redirect_uri(std::string_view text);

/// Whether `asked` is the registered URI: the same characters, but for the port of http on this
/// machine, which an app does not know beforehand (RFC 8252, section 7.3).
bool is_same_redirect(std::string_view registered, std::string_view asked);

/// Whether it is http or https on this machine.
bool is_loopback_redirect(std::string_view text);

}  // namespace idp
