#include "harness/cli/report_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "common/base/file.h"
#include "common/base/suggest.h"
#include "harness/cli/support.h"

namespace cli {
namespace {

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& format : reports::formats()) names.emplace_back(format.name);
  return names;
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

/// A device or pipe must be written to, never replaced.
bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

/// Opens the path for writing, changes nothing, and leaves nothing behind.
base::Result<void> try_path(const std::string& path) {
  const bool existed = exists(path);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
  // A pipe that nobody reads yet is a fine place; what matters is that it is there.
  if (fd < 0 && errno != ENXIO) return base::fail(std::strerror(errno));
  if (fd >= 0) ::close(fd);
  if (!existed) ::unlink(path.c_str());
  return {};
}

base::Result<ReportFile> report_file(const std::string& value) {
  const auto equals = value.find('=');
  const auto name = value.substr(0, equals);
  ReportFile file{.format = reports::find_format(name)};
  if (file.format == nullptr) {
    return base::fail(
        fmt::format("--report {}: \"{}\" is not a format (console, json, junit, html){}", value,
                    name, base::suggestion(name, format_names())));
  }
  if (equals == std::string::npos) return file;
  file.path = value.substr(equals + 1);
  if (file.path.empty()) return base::fail(fmt::format("--report {}: the path is missing", value));
  if (file.path == "-") {
    file.path.clear();
  } else if (const auto tried = try_path(file.path); !tried) {
    return base::fail(fmt::format("--report {}: {}", value, tried.error().message));
  }
  return file;
}

}  // namespace

base::Result<std::vector<ReportFile>> report_files(const std::vector<std::string>& values) {
  std::vector<ReportFile> files;
  for (const auto& value : values) {
    auto file = report_file(value);
    if (!file) return tl::unexpected(file.error());
    const bool taken = std::any_of(files.begin(), files.end(), [&](const ReportFile& other) {
      return other.path == file->path && !is_special(file->path);
    });
    if (taken) {
      return base::fail(fmt::format("--report {}: another report goes to {}", value,
                                    file->path.empty() ? "standard output" : file->path));
    }
    files.push_back(std::move(*file));
  }
  return files;
}

bool uses_stdout(const std::vector<ReportFile>& files) {
  return std::any_of(files.begin(), files.end(),
                     [](const ReportFile& file) { return file.path.empty(); });
}

base::Result<void> write_report(const std::string& path, std::string_view bytes) {
  if (!is_special(path)) return base::write_file(path, bytes);
  std::ofstream stream(path, std::ios::binary);
  stream << bytes << std::flush;
  if (!stream) return base::fail(fmt::format("{}: cannot be written", path));
  return {};
}

}  // namespace cli
