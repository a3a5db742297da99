#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/socket.h"

namespace vault {

/// A file of secrets that several processes read and write: for its owner alone, always whole.
///
/// Readers need no lock: they see what was there before a write or after it. A writer that is
/// killed leaves what was there before, and no lock.
class GuardedFile {
 public:
  explicit GuardedFile(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

  /// What is in the file; nothing if there is none. An error where others than the owner may read
  /// or write it, where it is no regular file, or where it is larger than 64 MiB.
  base::Result<std::optional<std::string>> read() const;

  /// Held by one writer at a time, in this process or another one.
  class Lock {
   public:
    explicit Lock(base::Descriptor file) : file_(std::move(file)) {}

   private:
    base::Descriptor file_;  // closing it gives the lock free
  };
  /// Waits for the lock, which is a file beside the file, until `deadline`.
  base::Result<Lock> lock(base::Deadline deadline) const;

  /// Puts a new file in the place of the old one, with mode 0600 from its first byte, and returns
  /// when it is on disk.
  base::Result<void> replace(const Lock& held, std::string_view bytes) const;

 private:
  std::string path_;
};

}  // namespace vault
