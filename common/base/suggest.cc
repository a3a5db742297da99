#include "common/base/suggest.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/text.h"

namespace base {
namespace {

constexpr std::size_t kMost = 3;

/// Edits (Levenshtein's, with neighbours swapped counting once) from one word to another.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  for (const std::string& candidate : known) {
    const bool inside = word.size() >= 3 && candidate.find(word) != std::string::npos;
    const std::size_t edits = distance(word, candidate);
    if (inside || edits <= limit) ranked.emplace_back(std::min(edits, limit), candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (const auto& [edits, candidate] : ranked) {
    if (nearest.size() < kMost) nearest.push_back(candidate);
  }
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", join(nearest, " or "));
}

}  // namespace base
