#include "common/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "common/base/random.h"
#include "common/base/socket.h"

namespace base {
namespace {

constexpr std::size_t kMaxBytes = 64UL << 20;

tl::unexpected<Error> system_error(const std::string& path) {
  return fail(path + ": " + std::strerror(errno));
}

/// False with errno set.
bool write_out(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error(path);
  std::string bytes;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(path);
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(got));
    if (bytes.size() > kMaxBytes) return fail(path + ": larger than 64 MiB");
  }
}

Result<void> write_file(const std::string& path, std::string_view bytes, unsigned mode) {
  // A device such as /dev/stdout can only be written in place.
  struct stat info {};
  const bool in_place = stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
  const std::string target = in_place ? path : path + ".new-" + random_hex(4);
  const int flags = O_WRONLY | O_CLOEXEC | (in_place ? O_APPEND : O_CREAT | O_EXCL);
  const int fd = open(target.c_str(), flags, mode);
  if (fd < 0) return system_error(path);
  int problem = write_out(fd, bytes) ? 0 : errno;
  // Some file systems say only now that there was no room.
  if (close(fd) != 0 && problem == 0) problem = errno;
  if (problem == 0 && !in_place && rename(target.c_str(), path.c_str()) != 0) problem = errno;
  if (problem == 0) return {};
  if (!in_place) unlink(target.c_str());
  return fail(path + ": " + std::strerror(problem));
}

}  // namespace base
