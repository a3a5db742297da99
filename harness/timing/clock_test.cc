#include "harness/timing/clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace timing {
namespace {

/// Readings of a clock that counts in steps of `tick`, each `pace` or a little more after the last.
std::vector<std::int64_t> read(double tick, double pace) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> late(1 / (pace / 3 + 20));
  std::vector<std::int64_t> readings;
  double now = 0;
  for (int i = 0; i < 2000; ++i) {
    now += pace + late(random);
    readings.push_back(std::llround(std::floor(now / tick) * tick));
  }
  return readings;
}

TEST(Resolution, IsThatOfTheClockHoweverSlowlyItIsRead) {
  for (const double pace : {5.0, 25.0, 110.0, 1'000.0, 20'000.0}) {
    EXPECT_LE(resolution_ns(read(1, pace)), 3) << pace;
    EXPECT_NEAR(static_cast<double>(resolution_ns(read(10, pace))), 10, 1) << pace;
    // The timer of ACPI counts 3,579,545 times a second.
    EXPECT_NEAR(static_cast<double>(resolution_ns(read(1e9 / 3'579'545, pace))), 279, 1) << pace;
    EXPECT_EQ(resolution_ns(read(1'000, pace)), 1'000) << pace;
  }
}

TEST(Resolution, OfEvenStepsIsUnknownAndTakenAsFine) {
  EXPECT_EQ(resolution_ns({10, 50, 90, 130}), 1);
  EXPECT_EQ(resolution_ns({}), 1);
}

TEST(Resolution, IsNotTheLengthOfAnInterruption) {
  EXPECT_LE(resolution_ns({0, 25, 51, 76, 217, 242, 268}), 26);
}

TEST(Clock, IsFineEnough) { EXPECT_LE(clock_resolution_ns(), 100); }

TEST(Clock, NeverGoesBack) {
  for (std::int64_t last = raw_ns(), i = 0; i < 1000; ++i) {
    const std::int64_t now = raw_ns();
    EXPECT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace timing
