#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "reports/html_case.h"
#include "reports/timing.h"

namespace reports {
namespace {

// In units of the drawing.
constexpr int kWidth = 600;
constexpr int kHeight = 120;

/// The outline of the bins from the left to the right, closed along the bottom.
std::string outline(const std::vector<std::uint32_t>& counts, std::uint32_t highest) {
  std::string path = fmt::format("M0 {}", kHeight);
  const double step = static_cast<double>(kWidth) / static_cast<double>(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    path +=
        fmt::format("V{:.1f}H{:.1f}", kHeight * (1.0 - static_cast<double>(counts[i]) / highest),
                    step * static_cast<double>(i + 1));
  }
  return path + fmt::format("V{}Z", kHeight);
}

/// A line where the median lies.
std::string median(const char* name, std::int64_t at_ns, const TimingFact& fact) {
  const auto bins = static_cast<std::int64_t>(fact.near.counts.size());
  const double at =
      static_cast<double>(at_ns - fact.from_ns) * kWidth / static_cast<double>(fact.bin_ns * bins);
  if (at < 0 || at > kWidth) return {};
  return fmt::format("<line class=\"{0}\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"0\" y2=\"{2}\"/>",
                     name, at, kHeight);
}

std::uint32_t highest_of(const TimingFact& fact) {
  std::uint32_t highest = 1;
  for (const Times* times : {&fact.decoy, &fact.near}) {
    for (const std::uint32_t count : times->counts) highest = std::max(highest, count);
  }
  return highest;
}

std::string drawing(const TimingFact& fact) {
  const std::size_t bins = fact.near.counts.size();
  if (bins == 0 || bins != fact.decoy.counts.size() || fact.bin_ns <= 0) return {};
  const std::uint32_t highest = highest_of(fact);
  const std::int64_t end = fact.from_ns + fact.bin_ns * static_cast<std::int64_t>(bins);
  return fmt::format(
      "<svg viewBox=\"0 -2 {0} {1}\" role=\"img\" aria-label=\"Response times from {2} to {3}\">"
      "<path class=\"decoy\" d=\"{4}\"/><path class=\"near\" d=\"{5}\"/>{6}{7}"
      "<text x=\"0\" y=\"{8}\">{2}</text><text class=\"end\" x=\"{0}\" "
      "y=\"{8}\">{3}</text></svg>\n",
      kWidth, kHeight + 20, nanoseconds_text(fact.from_ns), nanoseconds_text(end),
      outline(fact.decoy.counts, highest), outline(fact.near.counts, highest),
      median("decoy", fact.decoy.median_ns, fact), median("near", fact.near.median_ns, fact),
      kHeight + 15);
}

std::string figure(const TimingFact& fact) {
  return fmt::format(
      "<figure class=\"timing\">\n<figcaption><b>{}</b> {}</figcaption>\n{}"
      "<p class=\"key\"><span class=\"near\">{}</span> <span class=\"decoy\">{}</span></p>\n"
      "</figure>\n",
      html_text(fact.name), html_text(fact.words), drawing(fact), html_text(fact.near.label),
      html_text(fact.decoy.label));
}

}  // namespace

std::string html_timing(const check::RunResult& result) {
  std::string figures;
  for (const auto& observation : result.observations) {
    if (const auto fact = read_timing(observation)) figures += figure(*fact);
  }
  if (figures.empty()) return figures;
  return "<section aria-labelledby=\"timing\">\n<h2 id=\"timing\">Response times</h2>\n" + figures +
         "</section>\n";
}

}  // namespace reports
