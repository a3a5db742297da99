#include "reports/timing.h"

#include <fmt/format.h>

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "reports/text.h"

namespace reports {
namespace {

using nlohmann::json;

/// More bins nobody can tell apart on a page.
constexpr std::size_t kMostBins = 240;

std::int64_t whole(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_number() ? 0 : found->get<std::int64_t>();
}

std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? "" : found->get<std::string>();
}

json member(const json& object, const char* name) {
  return object.is_object() ? object.value(name, json()) : json();
}

/// The bins of a class; the median is that of the quantiles named beside it.
Times times_of(const json& note, const char* name) {
  Times times{.label = one_line(text(note, name)), .median_ns = 0, .counts = {}};
  const json distribution = member(member(note, "distributions"), name);
  for (const json& count : member(distribution, "counts")) {
    if (!count.is_number_unsigned() || times.counts.size() == kMostBins) return times;
    times.counts.push_back(count.get<std::uint32_t>());
  }
  const json levels = member(note, "quantiles");
  const json values = member(distribution, "quantiles_ns");
  if (!levels.is_array() || !values.is_array()) return times;
  for (std::size_t i = 0; i < levels.size() && i < values.size(); ++i) {
    if (levels[i] == 0.5 && values[i].is_number()) times.median_ns = values[i].get<std::int64_t>();
  }
  return times;
}

std::string words_of(const json& note) {
  const std::string verdict = text(note, "verdict");
  if (whole(note, "pairs") == 0) return verdict + ": " + one_line(text(note, "reason"));
  const json interval = member(note, "interval_ns");
  std::string range;
  if (interval.is_array() && interval.size() == 2 && interval[0].is_number() &&
      interval[1].is_number()) {
    range = fmt::format(" ({} to {})", nanoseconds_text(interval[0].get<std::int64_t>()),
                        nanoseconds_text(interval[1].get<std::int64_t>()));
  }
  return fmt::format(
      "{}: difference {}{}, bound {}, MDE99 {}, p50 {}, {} pairs, seed {}", verdict,
      nanoseconds_text(whole(note, "difference_ns")), range,
      nanoseconds_text(whole(note, "bound_ns")), nanoseconds_text(whole(note, "mde99_ns")),
      nanoseconds_text(whole(note, "p50_ns")), whole(note, "pairs"), one_line(text(note, "seed")));
}

}  // namespace

bool is_timing(std::string_view name) { return name == "timing[]"; }

std::string nanoseconds_text(std::int64_t ns) {
  const auto in = [ns](double unit, const char* name) {
    return fmt::format("{:.3g} {}", static_cast<double>(ns) / unit, name);
  };
  if (std::abs(ns) < 10'000) return fmt::format("{} ns", ns);
  if (std::abs(ns) < 1'000'000) return in(1e3, "us");
  if (std::abs(ns) < 1'000'000'000) return in(1e6, "ms");
  return in(1e9, "s");
}

std::optional<TimingFact> read_timing(const check::Observation& observation) {
  if (!is_timing(observation.first)) return std::nullopt;
  const json note = json::parse(observation.second, nullptr, false);
  if (!note.is_object()) return std::nullopt;
  TimingFact fact;
  fact.name = one_line(text(note, "case"));
  if (fact.name.rfind("timing.", 0) == 0) fact.name.erase(0, 7);
  fact.verdict = one_line(text(note, "verdict"));
  fact.words = words_of(note);
  const json distributions = member(note, "distributions");
  if (distributions.is_object()) {
    fact.from_ns = whole(distributions, "from_ns");
    fact.bin_ns = whole(distributions, "bin_ns");
  }
  fact.decoy = times_of(note, "decoy");
  fact.near = times_of(note, "near");
  return fact;
}

}  // namespace reports
