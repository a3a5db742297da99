#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "harness/check/result.h"

namespace cli {

/// A finding that the maintainer knows and accepts for now.
struct Accepted {
  std::string id;
  std::string reason;
};

/// Reads `{"accepted": [{"id": "claims.no-exp", "reason": "…"}]}`, comments allowed. The error
/// names the JSON pointer of what is wrong.
base::Result<std::vector<Accepted>> read_baseline(const std::string& path);

/// Marks accepted findings, and lists those entries whose case passes now as stale.
void apply_baseline(const std::vector<Accepted>& baseline, check::RunResult& result);

/// The entries that fit this result: stale ones are gone, new findings have a reason that says
/// when they came, entries whose cases did not run stay.
std::vector<Accepted> updated_baseline(const std::vector<Accepted>& baseline,
                                       const check::RunResult& result);

std::string baseline_text(const std::vector<Accepted>& baseline);

}  // namespace cli
