#include "common/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

#include "common/base/hex.h"

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

std::string random_hex(std::size_t count) { return to_hex(random_bytes(count)); }

}  // namespace base
