#pragma once

#include "common/base/redact.h"
#include "harness/check/result.h"

namespace run {

/// Removes the known secrets from a result that is shown while the run goes on.
void redact(check::CaseResult& one, const base::Redactor& redactor);

/// Removes the known secrets from everything in the result that a report could show. Cases add
/// secrets as the run goes on, so this comes last.
void redact(check::RunResult& result, const base::Redactor& redactor);

}  // namespace run
