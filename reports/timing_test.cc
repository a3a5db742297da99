#include "reports/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/measured.h"

namespace reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr const char* kNote = R"({"case": "timing.x-prefix", "verdict": "PASS", "near": "<near>",
  "decoy": "far", "reason": "r", "seed": "0x1", "pairs": 2000, "p50_ns": 31400,
  "difference_ns": -12, "interval_ns": [-40, 16], "bound_ns": 40, "mde99_ns": 210,
  "quantiles": [0.5], "distributions": {"from_ns": 30000, "bin_ns": 1000,
    "decoy": {"quantiles_ns": [31400], "counts": [10, 20], "below": 0, "above": 0},
    "near": {"quantiles_ns": [31300], "counts": [20, 10], "below": 0, "above": 0}}})";

check::RunResult with_notes(std::vector<std::string> notes) {
  check::RunResult run;
  for (auto& note : notes) run.observations.emplace_back("timing[]", std::move(note));
  return run;
}

TEST(Timing, IsToldInOneLineForEachComparison) {
  EXPECT_THAT(measured_facts(with_notes({kNote, kNote})),
              ElementsAre(Pair("timing x-prefix",
                               "PASS: difference -12 ns (-40 ns to 16 ns), bound 40 ns, MDE99 210 "
                               "ns, p50 31.4 us, 2000 pairs, seed 0x1"),
                          Pair("timing x-prefix", testing::_)));
}

TEST(Timing, WithoutPairsSaysWhy) {
  const auto fact = read_timing(
      {"timing[]", R"({"case": "control", "verdict": "INCONCLUSIVE", "reason": "429"})"});
  ASSERT_TRUE(fact);
  EXPECT_EQ(fact->words, "INCONCLUSIVE: 429");
}

TEST(Timing, IsDrawnWithBothClassesAndItsLabelsEscaped) {
  const std::string html = html_timing(with_notes({kNote}));
  EXPECT_THAT(html, HasSubstr("<path class=\"decoy\" d=\"M0 120V60.0H300.0V0.0H600.0V120Z\"/>"));
  EXPECT_THAT(html, HasSubstr("<path class=\"near\" d=\"M0 120V0.0H300.0V60.0H600.0V120Z\"/>"));
  EXPECT_THAT(html, HasSubstr("&lt;near&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<near>")));
}

TEST(Timing, OfAnotherFormIsNotDrawn) {
  for (const char* note : {"[]", "nonsense", "7"}) {
    EXPECT_FALSE(read_timing({"timing[]", note})) << note;
  }
  EXPECT_FALSE(read_timing({"leeway_s", kNote}));
  for (const char* note :
       {"{}", R"({"distributions": 7, "pairs": "x", "interval_ns": {}, "quantiles": {}})",
        R"({"distributions": {"near": {"counts": ["x", -1]}}, "quantiles": {"a": 1}})"}) {
    EXPECT_THAT(html_timing(with_notes({note})), Not(HasSubstr("<svg"))) << note;
  }
  EXPECT_EQ(html_timing({}), "");
}

}  // namespace
}  // namespace reports
