#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/check/advice.h"
#include "harness/check/decision.h"
#include "harness/check/result.h"

namespace reports {

/// Results that are told as one.
struct Group {
  std::string key;                                ///< the common cause or reason
  std::vector<const check::CaseResult*> members;  ///< in the order of the run; never empty
  const check::CaseResult& first() const { return *members.front(); }
};

/// FAILs and WARNs that no baseline accepts, by cause, the worst first; where invalid credentials
/// were accepted, also by severity and by what mends it. The first member of a group is its worst.
/// A finding without a cause is a group of its own, and `key` is its case's title.
std::vector<Group> findings(const check::RunResult& result);

/// The cases of that verdict by the reason that they give, most members first.
std::vector<Group> by_reason(const check::RunResult& result, check::Verdict verdict);

/// Why a finding matters and how to mend it: by its cause, else in the words of its case.
check::Advice advice_on(const check::CaseResult& one, const check::RunResult& result);

/// The key, and how many cases it stands for.
std::string heading_of(const Group& group);

/// "claims.expired, claims.no-aud".
std::string ids_of(const Group& group);
/// The same, of each suite only the first few.
std::string brief_ids_of(const Group& group);

/// The MCP revision of the run: references point into it.
mcp::Revision revision_of(const check::RunResult& result);
/// That in which the case ran.
mcp::Revision revision_of(const check::RunResult& result, const check::CaseResult& one);
/// "tested at 2025-11-25", where the sessions of an older revision were; else empty.
std::string sessions_text(const check::TargetFacts& target);

/// "312 cases: 280 passed, 3 failed (1 critical), …, 0 errors in 1.4 s".
std::string closing_line(const check::RunResult& result);

/// Of an interrupted run: "31 of 298 planned cases were decided."
std::string interruption(const check::RunResult& result);

/// What the finding's source demands: "MUST", or "MUST, but SHOULD where it is accepted".
std::string demanded_level(const check::CaseResult& result);

/// How many unaccepted FAILs are critical.
std::size_t critical(const check::RunResult& result);

/// "failed: 2 critical; --fail-on medium (exit code 1)".
std::string decision_text(const check::Decision& decision);

/// Whom the breaches of a group serve, each once: "anyone, token-holder".
std::string attackers_of(const Group& group);
/// "none" where a case declares no attacker.
std::string_view attacker_of(const check::CaseResult& result);

}  // namespace reports
