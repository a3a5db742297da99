#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace base {

/// A file's bytes; at most 64 MiB. The error names the path and the system's reason.
Result<std::string> read_file(const std::string& path);
/// Writes through a temporary file beside it and renames, so a reader never sees half a file.
/// `mode` are the permission bits of a new file.
Result<void> write_file(const std::string& path, std::string_view bytes, unsigned mode = 0644);

}  // namespace base
