#pragma once

#include <string>
#include <string_view>

namespace base {

/// Bytes in lower-case hexadecimal, two digits each.
std::string to_hex(std::string_view bytes);

}  // namespace base
