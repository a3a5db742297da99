#include "harness/timing/gate.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/timing/control.h"
#include "harness/timing/simulation_testing.h"

namespace timing {
namespace {

Rules seeded(std::uint64_t seed) {
  Rules rules;
  rules.seed = seed;
  return rules;
}

TEST(Gate, PassesWhereNothingDiffersAndBoundsIt) {
  const Result result = gate(simulate(white, no_effect()), seeded(1));
  EXPECT_EQ(result.verdict, Verdict::pass) << result.reason;
  EXPECT_EQ(result.measurement.pairs, 2000U);
  EXPECT_LE(result.measurement.bound_ns, 1000);
  EXPECT_GT(result.measurement.bound_ns, 0);
  EXPECT_GT(result.measurement.mde_ns, 100);
  EXPECT_NEAR(static_cast<double>(result.measurement.median_ns), 30e3, 500);
  EXPECT_TRUE(result.reason.starts_with("no difference > ")) << result.reason;
  EXPECT_NE(result.reason.find("2,000 pairs"), std::string::npos) << result.reason;
  EXPECT_NE(result.reason.find("seed 0x1"), std::string::npos) << result.reason;
}

TEST(Gate, FailsWhatIsSlowerAndSaysByHowMuch) {
  const Result result = gate(simulate(white, delay(1000)), seeded(2));
  EXPECT_EQ(result.verdict, Verdict::fail) << result.reason;
  EXPECT_EQ(result.direction, Direction::slower);
  EXPECT_EQ(result.quantile, 0);
  EXPECT_LE(result.measurement.interval.low, 1000);
  EXPECT_GE(result.measurement.interval.high, 1000);
  EXPECT_GE(result.measurement.pairs, 500U);
  EXPECT_NE(result.reason.find(" slower than decoys in the median"), std::string::npos)
      << result.reason;
}

TEST(Gate, FailsWhatIsFasterAsWell) {
  const Result result = gate(simulate(white, delay(-1000)), seeded(3));
  EXPECT_EQ(result.verdict, Verdict::fail) << result.reason;
  EXPECT_EQ(result.direction, Direction::faster);
}

TEST(Gate, FailsWhatShowsInTheTailOnly) {
  const Result result = gate(simulate(white, delay_of_some(0.1, 50e3)), seeded(4));
  EXPECT_EQ(result.verdict, Verdict::fail) << result.reason;
  EXPECT_GE(result.quantile, 0.75);
  EXPECT_GT(result.at_quantile_ns, 10'000);
  EXPECT_LT(result.measurement.difference_ns, 2'000);
}

TEST(Gate, WarnsOfADifferenceUnderTheFloor) {
  const auto quiet = [](std::mt19937_64&) {
    return [](std::mt19937_64& random) { return std::normal_distribution<>(30e3, 300)(random); };
  };
  const Result result = gate(simulate(quiet, delay(60)), seeded(5));
  EXPECT_EQ(result.verdict, Verdict::warn) << result.reason;
  EXPECT_EQ(result.looked_at, 8000U);
  EXPECT_EQ(result.candidates, 0U);
  EXPECT_EQ(result.direction, Direction::slower);
}

TEST(Gate, IsUndecidedWhereTheNoiseIsTooLoud) {
  const auto loud = [](std::mt19937_64&) {
    return [](std::mt19937_64& random) { return std::normal_distribution<>(90e3, 40e3)(random); };
  };
  const Result result = gate(simulate(loud, no_effect()), seeded(6));
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_NE(result.reason.find("too noisy"), std::string::npos) << result.reason;
}

TEST(Gate, ClaimsLessOfASlowServer) {
  const auto slow = [](std::mt19937_64&) {
    return [](std::mt19937_64& random) { return std::normal_distribution<>(5e6, 40e3)(random); };
  };
  const Result result = gate(simulate(slow, no_effect()), seeded(7));
  EXPECT_EQ(result.verdict, Verdict::pass) << result.reason;
  EXPECT_NEAR(static_cast<double>(result.measurement.claim_ns), 50e3, 500);
}

TEST(Gate, TheSameSeedGivesTheSameVerdictAndNumbers) {
  const Result first = gate(simulate(bursts, delay(200)), seeded(8));
  const Result second = gate(simulate(bursts, delay(200)), seeded(8));
  EXPECT_EQ(first.reason, second.reason);
  EXPECT_NE(first.reason, gate(simulate(bursts, delay(200)), seeded(9)).reason);
}

/// Gives some pairs, then what a test wants to see.
class Scripted final : public Source {
 public:
  Scripted(std::size_t pairs, Draw end) : left_(pairs), end_(std::move(end)) {}
  Draw draw(std::size_t count, base::Deadline, std::vector<Pair>& pairs) override {
    for (; count > 0 && left_ > 0; --count, --left_) {
      pairs.push_back({time(), time()});
    }
    return count == 0 ? Draw{} : end_;
  }

 private:
  std::int64_t time() { return 28'000 + static_cast<std::int64_t>(random_() % 4000); }

  std::size_t left_;
  Draw end_;
  std::mt19937_64 random_{3};
};

OpenSource scripted(std::size_t pairs, Draw end) {
  return [=](std::uint64_t) -> base::Result<std::unique_ptr<Source>> {
    return std::make_unique<Scripted>(pairs, end);
  };
}

TEST(Gate, IsUndecidedWhereTheSourceHaltsAndSaysWhy) {
  for (const Halt halt : {Halt::rate_limited, Halt::oracle, Halt::changed, Halt::lost}) {
    const Result result = gate(scripted(1200, {.halt = halt, .reason = "for a reason"}), seeded(1));
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    EXPECT_EQ(result.halt, halt);
    EXPECT_EQ(result.reason, "for a reason");
    EXPECT_EQ(result.looked_at, 1200U);
  }
}

TEST(Gate, DecidesWithWhatItHasWhenTimeIsUp) {
  const Draw time_is_up{.halt = Halt::deadline};
  EXPECT_EQ(gate(scripted(1200, time_is_up), seeded(1)).verdict, Verdict::pass);
  EXPECT_EQ(gate(scripted(500, time_is_up), seeded(1)).verdict, Verdict::pass);
  const Result few = gate(scripted(499, time_is_up), seeded(1));
  EXPECT_EQ(few.verdict, Verdict::inconclusive);
  EXPECT_EQ(few.reason, "only 499 pairs could be measured in the time there was, 500 are needed");
  EXPECT_EQ(gate(scripted(249, time_is_up), seeded(1)).verdict, Verdict::inconclusive);
  EXPECT_EQ(gate(scripted(0, time_is_up), seeded(1)).verdict, Verdict::inconclusive);
}

TEST(Gate, IsUndecidedWherePairsGetLost) {
  const Result result = gate(scripted(700, {.halt = Halt::deadline, .dropped = 8}), seeded(1));
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_NE(result.reason.find("8 of 708 pairs were lost"), std::string::npos) << result.reason;
  EXPECT_EQ(gate(scripted(700, {.halt = Halt::deadline, .dropped = 7}), seeded(1)).verdict,
            Verdict::pass);
}

TEST(Gate, IsUndecidedWhereTheClockIsTooCoarse) {
  const auto coarse = [](std::mt19937_64&) {
    return [](std::mt19937_64& random) { return 1000.0 * static_cast<double>(30 + random() % 3); };
  };
  const Result result = gate(simulate(coarse, no_effect()), seeded(1));
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_NE(result.reason.find("too coarse"), std::string::npos) << result.reason;
}

TEST(Gate, ADifferenceThatIsNotThereAgainFailsNobody) {
  // Only the first connection is slow for near requests.
  const auto open = [opened =
                         0](std::uint64_t seed) mutable -> base::Result<std::unique_ptr<Source>> {
    const double effect = opened++ == 0 ? 700 : 0;
    return std::make_unique<Simulation>(white, delay(effect), seed);
  };
  const Result result = gate(open, seeded(1));
  EXPECT_NE(result.verdict, Verdict::fail) << result.reason;
  EXPECT_GE(result.candidates, 1U);
}

TEST(Gate, ADifferenceThatCannotBeMeasuredAgainLeavesItUndecided) {
  const auto open = [opened =
                         0](std::uint64_t seed) mutable -> base::Result<std::unique_ptr<Source>> {
    if (opened++ > 0) return base::fail("refused");
    return std::make_unique<Simulation>(white, delay(5000), seed);
  };
  const Result result = gate(open, seeded(1));
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_EQ(result.reason,
            "a difference was seen but could not be measured a second time: refused");
}

using Deadlines = std::set<base::Deadline::Steady::time_point>;

/// Remembers until when it was allowed to draw.
class Watched final : public Source {
 public:
  Watched(std::unique_ptr<Source> source, Deadlines& deadlines)
      : source_(std::move(source)), deadlines_(deadlines) {}
  Draw draw(std::size_t count, base::Deadline deadline, std::vector<Pair>& pairs) override {
    deadlines_.insert(deadline.at());
    return source_->draw(count, deadline, pairs);
  }

 private:
  std::unique_ptr<Source> source_;
  Deadlines& deadlines_;
};

TEST(Gate, HoweverOftenItMeasuresAgainThereIsOneEnd) {
  Deadlines deadlines;
  const auto open = [opened = 0, &deadlines](
                        std::uint64_t seed) mutable -> base::Result<std::unique_ptr<Source>> {
    const double effect = opened++ == 0 ? 700 : 0;
    return std::make_unique<Watched>(std::make_unique<Simulation>(white, delay(effect), seed),
                                     deadlines);
  };
  Rules rules = seeded(1);
  rules.cap = std::chrono::seconds{0};
  rules.confirmation_cap = std::chrono::seconds{20};
  EXPECT_GE(gate(open, rules).candidates, 2U);
  EXPECT_EQ(deadlines.size(), 2U) << "one for all looks, one for all confirmations";
}

TEST(Gate, SaysWhyItCouldNotBegin) {
  const OpenSource open = [](std::uint64_t) -> base::Result<std::unique_ptr<Source>> {
    return base::fail("127.0.0.1:1: Connection refused");
  };
  EXPECT_EQ(gate(open, seeded(1)).reason, "127.0.0.1:1: Connection refused");
  EXPECT_NE(control(open, seeded(1)).reason.find("Connection refused"), std::string::npos);
}

TEST(Gate, DistributionsCountEveryPair) {
  const Result result = gate(simulate(heavy_tailed, no_effect()), seeded(4));
  const Distributions& both = result.measurement.distributions;
  for (const auto* one : {&both.decoy, &both.near}) {
    std::size_t counted = one->below + one->above;
    for (const auto count : one->counts) counted += count;
    EXPECT_EQ(counted, result.measurement.pairs);
    EXPECT_TRUE(std::is_sorted(one->quantiles_ns.begin(), one->quantiles_ns.end()));
  }
  EXPECT_GT(both.bin_ns, 0);
}

TEST(Control, IsSoundWhereEqualIsEqual) {
  for (const auto& noise : synthetic_noises()) {
    const Control result = control(simulate(noise.make, no_effect()), seeded(1));
    EXPECT_TRUE(result.sound) << noise.name << ": " << result.reason;
    EXPECT_EQ(result.measurement.pairs, 2000U);
  }
}

TEST(Control, TellsOfARigThatMakesDifferences) {
  const Control result = control(simulate(white, delay(400)), seeded(1));
  EXPECT_FALSE(result.sound);
  EXPECT_LT(result.p, 1e-4);
  EXPECT_NE(result.reason.find("cannot be relied on"), std::string::npos) << result.reason;
  EXPECT_FALSE(control(simulate(second_is_slower, no_effect(), Order::fixed), seeded(1)).sound);
}

}  // namespace
}  // namespace timing
