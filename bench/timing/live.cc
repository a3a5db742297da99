#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "bench/timing/commands.h"
#include "bench/timing/target.h"
#include "harness/timing/control.h"
#include "harness/timing/gate.h"
#include "harness/timing/words.h"

namespace bench {
namespace {

constexpr std::size_t kRecordedPairs = 3000;
constexpr std::chrono::seconds kRecordingSpan{60};

std::unique_ptr<Target> started(const Options& options) {
  auto target = Target::start(options.program, options.faults, options.seed);
  if (target) return std::move(*target);
  fmt::print(stderr, "{}\n", target.error().message);
  return nullptr;
}

/// What many gates have said.
struct Tally {
  std::map<timing::Verdict, int> verdicts;
  std::map<std::string, int> reasons;  ///< of those that are undecided
  std::size_t candidates = 0;
  std::vector<std::int64_t> bounds;  ///< of those that pass
  std::vector<std::int64_t> spans_ms;

  void add(const timing::Result& result, std::int64_t span_ms) {
    ++verdicts[result.verdict];
    candidates += result.candidates;
    spans_ms.push_back(span_ms);
    if (result.verdict == timing::Verdict::pass) bounds.push_back(result.measurement.bound_ns);
    if (result.verdict == timing::Verdict::inconclusive) ++reasons[result.reason.substr(0, 60)];
  }

  void print() {
    for (const auto verdict : {timing::Verdict::fail, timing::Verdict::warn, timing::Verdict::pass,
                               timing::Verdict::inconclusive}) {
      fmt::print("{:<14}{:>6}\n", timing::name_of(verdict), verdicts[verdict]);
    }
    for (const auto& [reason, count] : reasons) fmt::print("  {} x {}...\n", count, reason);
    std::sort(bounds.begin(), bounds.end());
    std::sort(spans_ms.begin(), spans_ms.end());
    fmt::print("looks that saw a difference: {}\n", candidates);
    fmt::print("bound of a pass: median {}, largest {}\n",
               timing::duration_text(timing::quantile(bounds, 0.5)),
               timing::duration_text(timing::quantile(bounds, 1)));
    fmt::print("time of a gate: median {} ms, longest {} ms\n", timing::quantile(spans_ms, 0.5),
               timing::quantile(spans_ms, 1));
  }
};

}  // namespace

int live(const Options& options) {
  const auto target = started(options);
  if (!target) return 2;
  const auto hogs = options.busy ? std::make_optional<Hogs>() : std::nullopt;
  const auto open = options.against_secret ? target->secret_and_decoys() : target->decoys_only();
  Tally tally;
  timing::Rules rules;
  for (int i = 0; i < options.gates; ++i) {
    rules.seed = options.seed + static_cast<std::uint64_t>(i);
    const auto begin = std::chrono::steady_clock::now();
    const auto result = timing::gate(open, rules);
    const auto took = std::chrono::steady_clock::now() - begin;
    tally.add(result, std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    if (i == 0 || result.verdict == timing::Verdict::fail) {
      fmt::print("{}: {}\n", timing::name_of(result.verdict), result.reason);
      std::fflush(stdout);
    }
  }
  tally.print();
  const bool may_fail = !options.faults.empty();
  return !may_fail && tally.verdicts[timing::Verdict::fail] > 0 ? 1 : 0;
}

int controls(const Options& options) {
  const auto target = started(options);
  if (!target) return 2;
  const auto hogs = options.busy ? std::make_optional<Hogs>() : std::nullopt;
  std::vector<double> ps;
  std::vector<std::int64_t> differences;
  int unfit = 0;
  timing::Rules rules;
  for (int i = 0; i < options.gates; ++i) {
    rules.seed = options.seed + static_cast<std::uint64_t>(i);
    const auto result = timing::control(target->decoys_only(), rules);
    if (!result.sound && result.p == 1) {
      ++unfit;
      continue;
    }
    ps.push_back(result.p);
    differences.push_back(result.measurement.difference_ns);
  }
  std::sort(differences.begin(), differences.end());
  fmt::print("{} controls, {} could not be had; median difference {} ns, {} to {}\n", options.gates,
             unfit, timing::quantile(differences, 0.5), timing::quantile(differences, 0),
             timing::quantile(differences, 1));
  for (const double level : {0.5, 0.1, 0.05, 0.01, 1e-3, 1e-4}) {
    const auto below = std::count_if(ps.begin(), ps.end(), [&](double p) { return p < level; });
    fmt::print("p < {:<6} {:>5}, expected {:.1f}\n", level, below,
               level * static_cast<double>(ps.size()));
  }
  return 0;
}

int record(const Options& options) {
  const auto target = started(options);
  if (!target) return 2;
  const auto hogs = options.busy ? std::make_optional<Hogs>() : std::nullopt;
  const auto source = target->decoys_only()(options.seed);
  if (!source) {
    fmt::print(stderr, "{}\n", source.error().message);
    return 2;
  }
  std::vector<timing::Pair> pairs;
  const auto draw = (*source)->draw(kRecordedPairs, base::Deadline::after(kRecordingSpan), pairs);
  for (const auto& pair : pairs) fmt::print("{} {}\n", pair.decoy_ns, pair.near_ns);
  if (pairs.size() < kRecordedPairs) fmt::print(stderr, "cut short: {}\n", draw.reason);
  return pairs.size() < kRecordedPairs ? 1 : 0;
}

}  // namespace bench
