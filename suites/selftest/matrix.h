#pragma once

#include <string>
#include <vector>

#include "harness/check/case.h"
#include "suites/selftest/fault.h"
#include "suites/selftest/stage.h"

namespace selftest {

/// What became of one planted fault.
struct FaultProof {
  std::string id;
  std::string summary;
  std::vector<std::string> found_by;    ///< cases that name it and turned red
  std::vector<std::string> missed_by;   ///< cases that name it and did not
  std::vector<std::string> collateral;  ///< cases that turned red without naming it
  std::string stopped;                  ///< what the set-up said, where it let no case run
  bool survived() const { return found_by.empty() && collateral.empty(); }
};

/// A case that has not been shown to pass and to fail, and why.
struct Doubt {
  std::string case_id;
  std::string reason;
};

/// Everything the stages have shown. A sound harness has neither survivors nor doubts.
struct Matrix {
  std::vector<check::Case> cases;
  std::vector<FaultProof> faults;
  std::vector<Doubt> unproven;
  std::vector<Fault> shown_otherwise;  ///< not planted here: see Fault::shown_by
  std::size_t stages = 0;
  bool wide = false;  ///< see Plan::wide: without it there is hardly any collateral to be seen

  std::vector<std::string> survivors() const;
  std::size_t collateral() const;  ///< cells, not cases
  bool sound() const { return survivors().empty() && unproven.empty(); }
};

/// Whether the fault's server made the case say something else than the strict server did: red,
/// or, where the case only observes, another observation.
bool turned(const check::Case& subject, const StageResult& strict, const StageResult& faulty);

/// Draws up the matrix from the stages without a fault and those with one.
Matrix draw_up(std::vector<check::Case> cases, const std::vector<Fault>& faults,
               const std::vector<StageResult>& strict, const std::vector<StageResult>& faulty);

}  // namespace selftest
