#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/check/result.h"

namespace reports {

/// The observations in words, by name: {"leeway", "60 s"}, {"algorithms", "RS256, ES256"}. The
/// suffixes `_s`, `_ms`, `_us` and `_bytes` of a name are its unit.
std::vector<std::pair<std::string, std::string>> measured_facts(const check::RunResult& result);

}  // namespace reports
