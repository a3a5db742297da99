#pragma once

#include <string>

#include "harness/check/result.h"
#include "reports/groups.h"

namespace reports {

/// An <article> for a finding: what was expected, what came, why it matters, how to mend it.
std::string html_finding(const Group& group, const check::RunResult& result);

/// A <details> for one case with everything that is known of it, the exchanges included.
std::string html_case(const check::CaseResult& one, const check::RunResult& result);

/// Text as it may stand in the page.
std::string html_text(std::string_view text);

}  // namespace reports
