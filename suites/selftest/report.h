#pragma once

#include <chrono>
#include <string>

#include "suites/selftest/matrix.h"

namespace selftest {

/// What a person wants to see: the trouble first, then the counts. With `verbose`, one line per
/// fault with the cases that found it.
std::string console_report(const Matrix& matrix, std::chrono::milliseconds took, bool verbose);

/// `summary: {cases, faults, survivors, unproven, collateral}` and the matrix, JSON text.
std::string json_report(const Matrix& matrix, std::chrono::milliseconds took);

}  // namespace selftest
