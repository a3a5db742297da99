#include <fmt/core.h>

#include <algorithm>

#include "common/base/suggest.h"
#include "common/base/text.h"
#include "harness/run/run.h"

namespace run {
namespace {

bool any_matches(const std::vector<std::string>& globs, std::string_view name) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return base::matches_glob(glob, name); });
}

/// The first glob that matches none of the names, as an error.
std::optional<base::Error> unknown(std::string_view what, const std::vector<std::string>& globs,
                                   const std::vector<std::string>& names) {
  for (const std::string& glob : globs) {
    const bool known = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return base::matches_glob(glob, name);
    });
    if (known) continue;
    return base::Error{fmt::format("no {} matches \"{}\"{}", what, glob,
                                   base::suggestion(base::replace_all(glob, "*", ""), names))};
  }
  return std::nullopt;
}

}  // namespace

base::Result<std::vector<check::Case>> select(const std::vector<std::string>& suites,
                                              const std::vector<std::string>& cases,
                                              const std::vector<std::string>& skips) {
  std::vector<std::string> suite_names;
  std::vector<std::string> ids;
  for (const check::Case& one : check::all_cases()) {
    ids.push_back(one.id);
    if (suite_names.empty() || suite_names.back() != one.suite()) {
      suite_names.push_back(one.suite());
    }
  }
  if (auto error = unknown("suite", suites, suite_names)) return tl::unexpected(*error);
  if (auto error = unknown("case", cases, ids)) return tl::unexpected(*error);
  if (auto error = unknown("case to skip", skips, ids)) return tl::unexpected(*error);

  std::vector<check::Case> selected;
  for (const check::Case& one : check::all_cases()) {
    if (!suites.empty() && !any_matches(suites, one.suite())) continue;
    if (!cases.empty() && !any_matches(cases, one.id)) continue;
    if (any_matches(skips, one.id)) continue;
    selected.push_back(one);
  }
  if (selected.empty()) return base::fail("the selection leaves no case to run");
  return selected;
}

}  // namespace run
