#include "common/vault/guarded_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

namespace vault {
namespace {

constexpr std::size_t kMaxBytes = 64UL << 20;
constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kOthers = 0077;
constexpr std::chrono::milliseconds kBetweenTries{2};

tl::unexpected<base::Error> system_error(const std::string& path) {
  return base::fail(path + ": " + std::strerror(errno));
}

bool write_out(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

base::Result<void> check_owner_only(int fd, const std::string& path) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return system_error(path);
  if (!S_ISREG(info.st_mode)) return base::fail(path + ": not a regular file");
  if ((info.st_mode & kOthers) == 0) return {};
  return base::fail(
      fmt::format("{}: has mode {:04o}, so others than its owner get at it; chmod 600", path,
                  info.st_mode & 07777));
}

/// A rename is safe from a power failure only once its folder is on disk.
void sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const base::Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) fsync(fd.get());
}

}  // namespace

base::Result<std::optional<std::string>> GuardedFile::read() const {
  // Without O_NONBLOCK a FIFO in the file's place would keep us waiting.
  const base::Descriptor fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd && errno == ELOOP) return base::fail(path_ + ": is a symbolic link");
  if (!fd) return system_error(path_);
  if (auto checked = check_owner_only(fd.get(), path_); !checked) {
    return tl::unexpected(checked.error());
  }
  std::string bytes;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(path_);
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(got));
    if (bytes.size() > kMaxBytes) return base::fail(path_ + ": larger than 64 MiB");
  }
}

base::Result<GuardedFile::Lock> GuardedFile::lock(base::Deadline deadline) const {
  // Of its own, because the file itself is another one after each write.
  const std::string path = path_ + ".lock";
  base::Descriptor fd(
      ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kOwnerOnly));
  if (!fd) return system_error(path);
  while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return system_error(path);
    if (deadline.passed()) return base::fail(path_ + ": somebody else keeps it locked");
    std::this_thread::sleep_for(kBetweenTries);
  }
  return Lock(std::move(fd));
}

base::Result<void> GuardedFile::replace(const Lock& /*held*/, std::string_view bytes) const {
  if (bytes.size() > kMaxBytes) return base::fail(path_ + ": would be larger than 64 MiB");
  // One name, which the lock makes ours: whoever was killed while writing left a file there.
  const std::string fresh = path_ + ".new";
  unlink(fresh.c_str());
  {
    const base::Descriptor fd(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
    if (!fd) return system_error(fresh);
    // The umask may have taken from the owner too.
    const bool written =
        fchmod(fd.get(), kOwnerOnly) == 0 && write_out(fd.get(), bytes) && fsync(fd.get()) == 0;
    if (!written) {
      auto problem = system_error(fresh);
      unlink(fresh.c_str());
      return problem;
    }
  }
  if (rename(fresh.c_str(), path_.c_str()) != 0) return system_error(path_);
  sync_folder_of(path_);
  return {};
}

}  // namespace vault
