#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/run/run.h"

namespace run {

/// Why the rest of a run must not go on, asked again and again: the server ended, a signal came.
using StopReason = std::function<std::optional<std::string>()>;

/// run_cases (run.h) with one more reason to stop.
void run_cases_until(const StopReason& stop_reason, check::Context& context,
                     const std::vector<check::Case>& cases, unsigned jobs, base::Deadline deadline,
                     const Listener& listener, check::RunResult& result);

/// Why a case does not apply to this target, in a sentence; nothing if it does.
std::optional<std::string> skip_reason(const check::Context& context, const check::Case& subject);

/// The level of a case at a revision.
check::Level level_of(const check::Case& subject, mcp::Revision revision);

/// The result of a case whose body does not run.
check::CaseResult without_running(const check::Case& subject, mcp::Revision revision,
                                  check::Finding finding);

}  // namespace run
