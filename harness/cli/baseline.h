#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "harness/check/result.h"

namespace cli {

/// A finding that the maintainer knows and accepts for now. It is accepted as it was found: not
/// once its outcome or its severity is worse. Entries of 0.1 have neither and accept any.
struct Accepted {
  std::string id;
  std::string reason;
  std::optional<check::Outcome> outcome = {};
  std::optional<check::Severity> severity = {};
};

/// Reads `{"accepted": [{"id": "claims.exp-missing", "outcome": "n/a", "severity": "low",
/// "reason": "…"}]}`, comments allowed. The error names the JSON pointer of what is wrong.
base::Result<std::vector<Accepted>> read_baseline(const std::string& path);

/// Marks accepted findings, and lists those entries whose case passes now as stale, and those
/// findings that are worse than what was accepted.
void apply_baseline(const std::vector<Accepted>& baseline, check::RunResult& result);

/// The entries that fit this result: stale ones are gone, findings are as they are now and keep
/// their reason, new ones have a reason that says when they were found, and entries whose cases did
/// not run stay.
std::vector<Accepted> updated_baseline(const std::vector<Accepted>& baseline,
                                       const check::RunResult& result);

std::string baseline_text(const std::vector<Accepted>& baseline);

}  // namespace cli
