#pragma once

#include <string>

#include "reports/format.h"

namespace reports {

/// The result as a person reads it: the target, findings by severity and cause, what was measured,
/// what was left out and why, and one closing line.
std::string write_console(const check::RunResult& result, const Options& options);

}  // namespace reports
