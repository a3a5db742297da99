#include "suites/selftest/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "suites/selftest/setting.h"

namespace selftest {
namespace {

bool any_matches(const std::vector<std::string>& globs, const std::string& id) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return base::matches_glob(glob, id); });
}

bool in_modes(const check::Case& subject, const std::vector<check::Mode>& modes) {
  const auto& own = subject.needs.modes;
  // What needs a setting is judged in that one's mode alone.
  if (const Setting* setting = find_setting(subject.needs.setting)) {
    return check::modes::contains(own, setting->mode) &&
           check::modes::contains(modes, setting->mode);
  }
  return std::any_of(own.begin(), own.end(), [&](check::Mode mode) {
    return std::find(modes.begin(), modes.end(), mode) != modes.end();
  });
}

}  // namespace

base::Result<Plan> make_plan(const std::vector<check::Mode>& modes,
                             const std::vector<std::string>& case_globs,
                             const std::string& fault_glob, unsigned jobs) {
  Plan plan;
  plan.modes = modes.empty() ? check::all_modes() : modes;
  plan.jobs = jobs;

  std::set<std::string> selected;
  for (const auto& fault : faults()) {
    if (!fault_glob.empty() && !base::matches_glob(fault_glob, fault.id)) continue;
    if (fault.shown_by.empty()) {
      selected.insert(fault.id);
    } else {
      plan.shown_otherwise.push_back(fault);
    }
  }
  if (selected.empty() && !plan.shown_otherwise.empty()) {
    const Fault& fault = plan.shown_otherwise.front();
    return base::fail(fmt::format("{} is shown by {}, not by a case", fault.id, fault.shown_by));
  }
  if (selected.empty()) return base::fail(fmt::format("--fault {}: no such fault", fault_glob));
  const auto in_plan = [&](const Fault& fault) {
    return std::any_of(plan.modes.begin(), plan.modes.end(),
                       [&](check::Mode mode) { return check::modes::contains(fault.modes, mode); });
  };

  std::set<std::string> named;
  std::set<std::string> of_other_modes;
  for (const auto& glob : case_globs) {
    const auto& all = check::all_cases();
    const bool known = std::any_of(all.begin(), all.end(), [&](const check::Case& subject) {
      return base::matches_glob(glob, subject.id);
    });
    if (!known) return base::fail(fmt::format("--case {}: no such case", glob));
  }
  for (auto subject : check::all_cases()) {
    if (!in_modes(subject, plan.modes)) {
      of_other_modes.insert(subject.faults.begin(), subject.faults.end());
      continue;
    }
    if (!case_globs.empty() && !any_matches(case_globs, subject.id)) continue;
    if (!fault_glob.empty()) {
      auto& faults = subject.faults;
      faults.erase(std::remove_if(faults.begin(), faults.end(),
                                  [&](const auto& id) { return selected.count(id) == 0; }),
                   faults.end());
      if (faults.empty()) continue;
    }
    named.insert(subject.faults.begin(), subject.faults.end());
    plan.cases.push_back(std::move(subject));
  }
  if (plan.cases.empty()) return base::fail("the selection matches no case");
  for (const auto& fault : faults()) {
    // What only cases of other modes are to find cannot be found here.
    const bool wanted =
        named.count(fault.id) > 0 || (case_globs.empty() && of_other_modes.count(fault.id) == 0);
    if (in_plan(fault) && wanted && selected.count(fault.id) > 0) plan.faults.push_back(fault);
  }
  return plan;
}

}  // namespace selftest
