// The decision rule on noise of every kind. With the levels that are used in earnest a broken rule
// would not show in a test's lifetime, so false positives are counted at levels that make them
// frequent; bench/timing counts them as they are.
#include <gtest/gtest.h>

#include "harness/timing/gate.h"
#include "harness/timing/recording_testing.h"
#include "harness/timing/simulation_testing.h"

namespace timing {
namespace {

std::vector<NamedNoise> all_noises() {
  auto noises = synthetic_noises();
  noises.push_back({"recorded, quiet", recorded(times_in(embedded::recorded_quiet))});
  noises.push_back({"recorded, busy", recorded(times_in(embedded::recorded_busy))});
  return noises;
}

/// How many of `gates` fail.
int failures(const OpenSource& open, Rules rules, int gates) {
  int failed = 0;
  for (int i = 0; i < gates; ++i) {
    rules.seed = static_cast<std::uint64_t>(i) + 1;
    if (gate(open, rules).verdict == Verdict::fail) ++failed;
  }
  return failed;
}

/// Levels at which a gate without an effect may fail in one of 40 cases.
Rules loose() {
  Rules rules;
  rules.floor_ns = 0;
  rules.alpha_looks = 0.25;
  rules.alpha_confirmation = 0.2;
  rules.looks = {125, 175, 250, 350, 500, 700};  // as many as ever, but sooner over
  rules.fewest_pairs = rules.fewest_to_confirm = 125;
  rules.enough_to_pass = 350;
  rules.fewest_to_pass = 125;
  return rules;
}

TEST(Simulation, FalsePositivesKeepWithinTheirBoundWhateverTheNoise) {
  const Rules rules = loose();
  constexpr int kGates = 150;
  const double bound = rules.alpha_looks * rules.alpha_confirmation / 2 * kGates;
  for (const auto& noise : all_noises()) {
    const int failed = failures(simulate(noise.make, no_effect()), rules, kGates);
    EXPECT_LE(failed, bound + 4 * std::sqrt(bound)) << noise.name;
  }
}

TEST(Simulation, WithoutTheCoinTheOrderOfRequestsFailsServersThatDifferInNothing) {
  constexpr int kGates = 20;
  EXPECT_GE(failures(simulate(second_is_slower, no_effect(), Order::fixed), Rules(), kGates), 19);
  EXPECT_EQ(failures(simulate(second_is_slower, no_effect()), Rules(), kGates), 0);
}

TEST(Simulation, AMicrosecondIsAlwaysFoundInTimesThatWereRecorded) {
  constexpr int kGates = 100;
  for (const auto recording : {embedded::recorded_quiet, embedded::recorded_busy}) {
    const auto noise = recorded(times_in(recording));
    EXPECT_EQ(failures(simulate(noise, delay(1000)), Rules(), kGates), kGates);
  }
}

TEST(Simulation, AnEffectThatTheMinimumDetectableEffectPromisesIsFound) {
  constexpr int kGates = 20;
  for (const auto& noise : all_noises()) {
    const auto promised = gate(simulate(noise.make, no_effect()), Rules()).measurement.mde_ns;
    const auto found =
        failures(simulate(noise.make, delay(static_cast<double>(promised))), Rules(), kGates);
    EXPECT_GE(found, kGates - 1) << noise.name << " at " << promised << " ns";
  }
}

}  // namespace
}  // namespace timing
