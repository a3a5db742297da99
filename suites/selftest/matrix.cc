#include "suites/selftest/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "common/base/text.h"

namespace selftest {
namespace {

/// Cases that the strict server gives nothing to judge, and why that is right. Their faults are
/// planted all the same, and have to turn them red.
struct NeverPasses {
  std::string_view glob;
  std::string_view reason;
};
constexpr NeverPasses kNeverPass[] = {
    {"discovery.as-*", "the strict server names no authorization server but the harness's own"},
};

bool may_never_pass(const std::string& case_id) {
  return std::any_of(std::begin(kNeverPass), std::end(kNeverPass), [&](const NeverPasses& known) {
    return base::matches_glob(known.glob, case_id);
  });
}

const StageResult* strict_of(const std::vector<StageResult>& strict, const Stage& stage) {
  const auto found = std::find_if(strict.begin(), strict.end(), [&](const StageResult& result) {
    return result.stage.same_server(stage);
  });
  return found == strict.end() ? nullptr : &*found;
}

std::string where(const Stage& stage) {
  return fmt::format("{}{} at {}", check::to_string(stage.mode),
                     stage.setting.empty() ? "" : " with " + stage.setting,
                     mcp::to_string(stage.revision));
}

/// Why the strict server does not vouch for a case: it is red there, or it never ran.
std::vector<std::string> alarms(const check::Case& subject,
                                const std::vector<StageResult>& strict) {
  std::vector<std::string> reasons;
  std::string skipped;
  bool passed = false;
  for (const auto& result : strict) {
    const Cell* cell = result.find(subject.id);
    if (cell == nullptr) continue;
    if (cell->verdict == check::Verdict::pass) passed = true;
    const bool skip = cell->verdict == check::Verdict::skip;
    // A machine that is busy with other stages may leave a measurement undecided; it must not do so
    // everywhere.
    const bool unmeasured =
        subject.suite() == "timing" && cell->verdict == check::Verdict::inconclusive;
    if (unmeasured) skipped = cell->reason;
    if (unmeasured) continue;
    if (skip && skipped.empty()) skipped = cell->reason;
    if (cell->verdict != check::Verdict::pass && cell->verdict != check::Verdict::skip) {
      reasons.push_back(fmt::format("is {} on the strict server, {}: {}",
                                    check::to_string(cell->verdict), where(result.stage),
                                    cell->reason.empty() ? cell->actual : cell->reason));
    }
  }
  if (!passed && reasons.empty() && !may_never_pass(subject.id)) {
    reasons.push_back(skipped.empty() ? "never ran" : "was judged nowhere: " + skipped);
  }
  return reasons;
}

FaultProof prove(const Fault& fault, const std::vector<check::Case>& cases,
                 const std::vector<StageResult>& strict, const std::vector<StageResult>& faulty) {
  FaultProof proof;
  proof.id = fault.id;
  proof.summary = fault.summary;
  std::set<std::string> red;
  for (const auto& result : faulty) {
    if (result.stage.fault != fault.id) continue;
    if (!result.problem.empty()) proof.stopped = result.problem;
    const StageResult* plain = strict_of(strict, result.stage);
    if (plain == nullptr) continue;
    for (const auto& subject : cases) {
      if (turned(subject, *plain, result)) red.insert(subject.id);
    }
  }
  for (const auto& subject : cases) {
    const bool named = base::contains(subject.faults, fault.id);
    const bool is_red = red.count(subject.id) > 0;
    if (named) (is_red ? proof.found_by : proof.missed_by).push_back(subject.id);
    if (!named && is_red && subject.level != check::Level::observe) {
      proof.collateral.push_back(subject.id);
    }
  }
  return proof;
}

}  // namespace

std::vector<std::string> Matrix::survivors() const {
  std::vector<std::string> ids;
  for (const auto& fault : faults) {
    if (fault.survived()) ids.push_back(fault.id);
  }
  return ids;
}

std::size_t Matrix::collateral() const {
  std::size_t cells = 0;
  for (const auto& fault : faults) cells += fault.collateral.size();
  return cells;
}

bool turned(const check::Case& subject, const StageResult& strict, const StageResult& faulty) {
  const Cell* before = strict.find(subject.id);
  const Cell* after = faulty.find(subject.id);
  if (after == nullptr || before == nullptr || before->red()) return false;
  if (after->red()) return true;
  const bool judged = after->verdict == check::Verdict::pass;
  return subject.level == check::Level::observe && judged && after->actual != before->actual;
}

Matrix draw_up(std::vector<check::Case> cases, const std::vector<Fault>& faults,
               const std::vector<StageResult>& strict, const std::vector<StageResult>& faulty) {
  Matrix matrix;
  matrix.stages = strict.size() + faulty.size();
  for (const auto& fault : faults) matrix.faults.push_back(prove(fault, cases, strict, faulty));

  std::set<std::string> known;
  for (const auto& fault : selftest::faults()) known.insert(fault.id);
  for (const auto& subject : cases) {
    for (auto& reason : alarms(subject, strict)) matrix.unproven.push_back({subject.id, reason});
    const bool observes = subject.level == check::Level::observe;
    if (subject.faults.empty() && !observes) {
      matrix.unproven.push_back({subject.id, "names no fault"});
    }
    for (const auto& fault : subject.faults) {
      if (known.count(fault) == 0) {
        matrix.unproven.push_back({subject.id, fmt::format("names an unknown fault, {}", fault)});
      }
    }
  }
  for (const auto& fault : matrix.faults) {
    for (const auto& missed : fault.missed_by) {
      matrix.unproven.push_back({missed, fmt::format("does not find {}", fault.id)});
    }
  }
  matrix.cases = std::move(cases);
  return matrix;
}

}  // namespace selftest
