#pragma once

#include <string>

#include "reports/format.h"

namespace reports {

/// The result by the contract of reports/schema/report.schema.json, "mcp-authspec/report/1".
std::string write_json(const check::RunResult& result, const Options& options);

}  // namespace reports
