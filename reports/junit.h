#pragma once

#include <string>

#include "reports/format.h"

namespace reports {

/// JUnit XML as Jenkins, GitLab and GitHub read it: FAIL is a failure, ERROR an error, SKIP and
/// INCONCLUSIVE are skipped; a WARN is a failure under `strict` only.
std::string write_junit(const check::RunResult& result, const Options& options);

}  // namespace reports
