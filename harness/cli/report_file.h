#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "reports/format.h"

namespace cli {

/// One `--report FORMAT[=PATH]`.
struct ReportFile {
  const reports::Format* format = nullptr;
  std::string path;  ///< empty: standard output
};

/// Reads the values of `--report`. An error names the value: an unknown format, a path that cannot
/// be written (tried now, so that no result is lost after a long run), two reports in one place.
base::Result<std::vector<ReportFile>> report_files(const std::vector<std::string>& values);

/// Whether one of them goes to standard output.
bool uses_stdout(const std::vector<ReportFile>& files);

/// Writes to the path, through a temporary file where it is a regular one.
base::Result<void> write_report(const std::string& path, std::string_view bytes);

}  // namespace cli
