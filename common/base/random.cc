#include "common/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace base {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t filled = 0; filled < count;) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    if (got > 0) filled += static_cast<std::size_t>(got);
    // Without randomness no secret may be made at all.
    if (got < 0 && errno != EINTR) std::abort();
  }
  return bytes;
}

std::string random_hex(std::size_t count) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(count * 2);
  for (const char c : random_bytes(count)) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace base
