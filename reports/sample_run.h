#pragma once

#include <string>

#include "harness/check/result.h"

namespace reports {

/// A run with one of everything: findings of one cause and of their own, each verdict, a hostile
/// server's text, measured facts, a baseline. Always the same.
check::RunResult sample_run();

/// Compares with `reports/golden/<name>`; with AUTHSPEC_UPDATE_GOLDEN in the environment, writes
/// it.
void expect_golden(const std::string& name, std::string text);

}  // namespace reports
