#pragma once

#include <string>

#include "reports/format.h"

namespace reports {

/// One self-contained page: no other resource, light and dark, usable by keyboard, fit for print.
std::string write_html(const check::RunResult& result, const Options& options);

}  // namespace reports
