#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

/// Base64url without padding, as JOSE uses it (RFC 7515, section 2; RFC 4648, section 5).
std::string base64url_encode(std::string_view bytes);
/// The strict inverse: no padding, no white space, no foreign character, unused bits zero.
std::optional<std::string> base64url_decode(std::string_view text);

/// Base64 with padding (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes);
/// The strict inverse: padding required, no white space, unused bits zero.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace base
