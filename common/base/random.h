#pragma once

#include <string>

namespace base {

/// Bytes from the system's generator, good enough for secrets.
std::string random_bytes(std::size_t count);
/// `count` random bytes in lower-case hexadecimal.
std::string random_hex(std::size_t count);

}  // namespace base
