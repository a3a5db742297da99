#pragma once

#include <string>
#include <string_view>

#include "harness/timing/control.h"
#include "harness/timing/gate.h"
#include "suites/timing/comparison.h"

namespace suites {

/// The reports collect what is noted under this name in a list.
inline constexpr std::string_view kTimingNote = "timing[]";

/// What a report is told, JSON text: the verdict with its numbers, and both distributions.
std::string note_of(const Comparison& comparison, const timing::Result& result,
                    std::string_view verdict);
std::string note_of(const timing::Control& control);

}  // namespace suites
