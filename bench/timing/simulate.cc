#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/timing/commands.h"
#include "harness/timing/gate.h"
#include "harness/timing/recording_testing.h"
#include "harness/timing/simulation_testing.h"
#include "harness/timing/words.h"

namespace bench {
namespace {

using timing::Verdict;

std::vector<timing::NamedNoise> noises() {
  auto all = timing::synthetic_noises();
  all.push_back({"recorded, quiet", timing::recorded(timing::times_in(embedded::recorded_quiet))});
  all.push_back({"recorded, busy", timing::recorded(timing::times_in(embedded::recorded_busy))});
  return all;
}

/// What a number of gates on one simulated server have said.
struct Cell {
  int gates = 0;
  int fail = 0;
  int warn = 0;
  int inconclusive = 0;
  std::size_t candidates = 0;
  std::vector<std::int64_t> bounds;  ///< of those that pass, ascending
  std::vector<std::int64_t> mdes;
};

Cell cell(const timing::OpenSource& open, timing::Rules rules, int gates, std::uint64_t seed) {
  Cell sum;
  sum.gates = gates;
  for (int i = 0; i < gates; ++i) {
    rules.seed = seed + static_cast<std::uint64_t>(i);
    const auto result = timing::gate(open, rules);
    sum.fail += result.verdict == Verdict::fail ? 1 : 0;
    sum.warn += result.verdict == Verdict::warn ? 1 : 0;
    sum.inconclusive += result.verdict == Verdict::inconclusive ? 1 : 0;
    sum.candidates += result.candidates;
    sum.mdes.push_back(result.measurement.mde_ns);
    if (result.verdict == Verdict::pass) sum.bounds.push_back(result.measurement.bound_ns);
  }
  std::sort(sum.bounds.begin(), sum.bounds.end());
  std::sort(sum.mdes.begin(), sum.mdes.end());
  return sum;
}

std::string of_passes(const Cell& cell, double q) {
  return cell.bounds.empty() ? "-" : timing::duration_text(timing::quantile(cell.bounds, q));
}

/// Returns how many gates failed.
int print_false_positives(const Options& options) {
  fmt::print(
      "| noise | gates | FAIL | WARN | INCONCLUSIVE | looks that saw something | bound of a pass: "
      "median, largest | MDE99, median |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
  int failed = 0;
  for (const auto& noise : noises()) {
    const Cell sum =
        cell(timing::simulate(noise.make, timing::no_effect()), {}, options.gates, options.seed);
    failed += sum.fail;
    fmt::print("| {} | {} | {} | {} | {} | {} | {}, {} | {} |\n", noise.name, sum.gates, sum.fail,
               sum.warn, sum.inconclusive, sum.candidates, of_passes(sum, 0.5), of_passes(sum, 1),
               timing::duration_text(timing::quantile(sum.mdes, 0.5)));
    std::fflush(stdout);
  }
  return failed;
}

/// Levels at which a gate without an effect may fail in one of 40 cases, so that a broken rule
/// would show: how often it does.
int print_loose(const Options& options) {
  timing::Rules rules;
  rules.floor_ns = 0;
  rules.alpha_looks = 0.25;
  rules.alpha_confirmation = 0.2;
  fmt::print(
      "\nfloor 0, alpha 0.25 and 0.2: at most 2.5 % may fail\n"
      "| noise | gates | FAIL, coin | FAIL, decoy always first |\n|---|---:|---:|---:|\n");
  const int gates = std::max(1, options.gates / 4);
  int excess = 0;
  for (const auto& noise : noises()) {
    const auto open = timing::simulate(noise.make, timing::no_effect());
    const Cell coin = cell(open, rules, gates, options.seed);
    const auto share = [](const Cell& sum) { return 100.0 * sum.fail / sum.gates; };
    if (share(coin) > 5) ++excess;
    fmt::print("| {} | {} | {:.2f} % | ", noise.name, gates, share(coin));
    if (noise.name.starts_with("recorded")) {
      fmt::print("- |\n");  // without a coin all gates would judge the same few pairs
    } else {
      const auto ordered = timing::simulate(noise.make, timing::no_effect(), timing::Order::fixed);
      fmt::print("{:.2f} % |\n",
                 share(cell(ordered, rules, std::max(1, gates / 10), options.seed)));
    }
    std::fflush(stdout);
  }
  return excess;
}

void print_power(const Options& options) {
  const int gates = std::max(1, std::min(200, options.gates / 10));
  const std::vector<double> delays{50, 100, 200, 300, 500, 1000, 5000};
  fmt::print("\nFAIL / WARN / INCONCLUSIVE in {} gates, delay of near requests\n| noise |", gates);
  for (const double ns : delays) fmt::print(" {:.0f} ns |", ns);
  fmt::print(" 20 us in 10 % |\n|---|");
  for (std::size_t i = 0; i <= delays.size(); ++i) fmt::print("---:|");
  for (const auto& noise : noises()) {
    fmt::print("\n| {} |", noise.name);
    const auto print_cell = [&](const timing::Effect& effect) {
      const Cell sum = cell(timing::simulate(noise.make, effect), {}, gates, options.seed);
      fmt::print(" {} / {} / {} |", sum.fail, sum.warn, sum.inconclusive);
      std::fflush(stdout);
    };
    for (const double ns : delays) print_cell(timing::delay(ns));
    print_cell(timing::delay_of_some(0.1, 20e3));
  }
  fmt::print("\n");
}

}  // namespace

int simulate(const Options& options) {
  const int failed = print_false_positives(options);
  const int excess = print_loose(options);
  print_power(options);
  return failed + excess > 0 ? 1 : 0;
}

}  // namespace bench
