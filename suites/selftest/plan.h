#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "suites/selftest/matrix.h"

namespace selftest {

/// What the kill matrix is to cover.
struct Plan {
  std::vector<check::Mode> modes;
  std::vector<check::Case> cases;
  std::vector<Fault> faults;
  std::vector<Fault> shown_otherwise;  ///< that no case can find: see Fault::shown_by
  unsigned jobs = 2;                   ///< servers that run side by side
  /// Whether each fault's server is judged by the cases too that do not name the fault.
  bool wide = false;
};

/// Cases and faults that the globs select; no glob selects all. With case globs, only faults that
/// those cases name; with a fault glob, only cases that name one of those faults. The error names
/// a glob that selects nothing.
base::Result<Plan> make_plan(const std::vector<check::Mode>& modes,
                             const std::vector<std::string>& case_globs,
                             const std::string& fault_glob, unsigned jobs);

/// Told when a stage is over: how many are, and of how many.
using Progress = std::function<void(std::size_t done, std::size_t all, const std::string& what)>;

/// Runs the strict server in every mode and revision, then a server for every fault, several side
/// by side, and draws up the matrix.
base::Result<Matrix> carry_out(const Plan& plan, const Progress& progress);

}  // namespace selftest
