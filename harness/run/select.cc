#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "common/base/text.h"
#include "harness/run/run.h"

namespace run {
namespace {

constexpr std::size_t kMaxMisses = 3;

/// How many single-character edits lie between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// Names that a mistyped glob may have meant, nearest first.
std::vector<std::string> near_misses(std::string_view glob, const std::vector<std::string>& names) {
  const std::string typed = base::replace_all(glob, "*", "");
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& name : names) {
    const std::size_t edits = distance(typed, name);
    const bool inside = typed.size() >= 3 && name.find(typed) != std::string::npos;
    if (inside) {
      ranked.emplace_back(1, name);
    } else if (edits <= std::max<std::size_t>(2, typed.size() / 4)) {
      ranked.emplace_back(edits, name);
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ranked.size() > kMaxMisses) ranked.resize(kMaxMisses);
  std::vector<std::string> result;
  for (auto& [edits, name] : ranked) result.push_back(std::move(name));
  return result;
}

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
    const auto misses = near_misses(glob, names);
    std::string text = fmt::format("no {} matches \"{}\"", what, glob);
    if (!misses.empty()) text += fmt::format("; did you mean {}?", base::join(misses, " or "));
    return base::Error{std::move(text)};
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
