#include "common/base/clock.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using namespace std::chrono_literals;

const Time kStart = Time{} + 1'000'000s;

TEST(AdjustableClock, FrozenClockMovesOnlyWhenAdvanced) {
  AdjustableClock clock;
  clock.freeze(kStart);
  EXPECT_EQ(clock.now(), kStart);
  clock.advance(90s);
  EXPECT_EQ(clock.now(), kStart + 90s);
}

TEST(AdjustableClock, ResumesWhereItWasFrozen) {
  AdjustableClock source;
  source.freeze(kStart);
  AdjustableClock clock(static_cast<const Clock&>(source));
  clock.freeze(kStart - 1h);
  source.advance(10s);
  clock.resume();
  source.advance(5s);
  EXPECT_EQ(clock.now(), kStart - 1h + 5s);
}

TEST(AdjustableClock, OffsetEndsAFreeze) {
  AdjustableClock source;
  source.freeze(kStart);
  AdjustableClock clock(static_cast<const Clock&>(source));
  clock.freeze(kStart + 1h);
  clock.offset(-10s);
  EXPECT_EQ(clock.now(), kStart - 10s);
}

TEST(Times, AreWrittenAsTheirStandardsSay) {
  EXPECT_EQ(iso_time(kStart), "1970-01-12T13:46:40Z");
  EXPECT_EQ(http_time(kStart), "Mon, 12 Jan 1970 13:46:40 GMT");
  EXPECT_EQ(parse_http_time("Mon, 12 Jan 1970 13:46:40 GMT"), kStart);
  EXPECT_FALSE(parse_http_time("yesterday"));
}

TEST(Deadline, HasNothingLeftOncePassed) {
  const auto deadline = Deadline::after(-1ms);
  EXPECT_TRUE(deadline.passed());
  EXPECT_EQ(deadline.left(), 0ms);
}

}  // namespace
}  // namespace base
