#pragma once

#include <string>

#include "harness/check/severity.h"

namespace check {

/// What fails a run: docs/exit-codes.md.
struct Policy {
  Severity fail_on = Severity::medium;  ///< the threshold; never `info`
  bool strict = false;                  ///< findings below it and undecided measurements count, too
};

/// How a run ended.
struct Decision {
  int exit_code = 0;
  Policy policy = {};
  std::string reason;  ///< "failed: 2 critical, 1 medium; --fail-on medium"
  bool passed() const { return exit_code == 0; }
};

}  // namespace check
