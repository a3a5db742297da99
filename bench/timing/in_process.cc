// The comparison of secrets without a network in between, where even memcmp shows: each reading is
// of a number of calls, with the coin, the classes and the sign test of the gate. Times are counted
// in ticks of the processor here; the statistics do not mind.
#include <fmt/format.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bench/timing/classes.h"
#include "bench/timing/commands.h"
#include "fixtures/reference-server/fixed_secret.h"
#include "harness/timing/clock.h"
#include "harness/timing/statistics.h"

namespace bench {
namespace {

constexpr int kFewestCalls = 16;
constexpr std::size_t kFewestPairs = 4000;
constexpr std::size_t kMostPairs = 50'000;
/// One step of the clock is to be no more than this, a call.
constexpr double kStepNs = 0.1;
constexpr double kBudgetNs = 2e9;  ///< for each comparison
constexpr std::size_t kPool = 2048;
/// Below this much a call the way that branches and caches fall shows, not the comparison.
constexpr double kFloorNs = 0.25;
constexpr double kLevel = 1e-6;
constexpr double kZ99 = 2.576;
constexpr std::int64_t kCalibrationNs = 50'000'000;

#if defined(__x86_64__)
std::int64_t ticks() {
  unsigned processor = 0;
  _mm_lfence();
  const auto now = static_cast<std::int64_t>(__rdtscp(&processor));
  _mm_lfence();
  return now;
}
#else
std::int64_t ticks() { return timing::raw_ns(); }
#endif

double ticks_per_ns() {
  const std::int64_t begin_ns = timing::raw_ns();
  const std::int64_t begin = ticks();
  while (timing::raw_ns() - begin_ns < kCalibrationNs) {
  }
  return static_cast<double>(ticks() - begin) / static_cast<double>(timing::raw_ns() - begin_ns);
}

/// Some counters go on in steps; this is what all of them have in common.
std::int64_t tick_step() {
  std::int64_t step = 0;
  std::int64_t last = ticks();
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t now = ticks();
    step = std::gcd(step, now - last);
    last = now;
  }
  return std::max<std::int64_t>(1, step);
}

using Compare = bool (*)(std::string_view, std::string_view);

bool by_xor(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  }
  return difference == 0;
}
bool by_memcmp(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}
bool by_byte(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (*const_cast<const volatile char*>(&a[i]) != b[i]) return false;
  }
  return true;
}

/// One reading of `kCalls` calls with a guess that lies where all guesses lie.
std::int64_t read(Compare compare, std::string& work, const std::string& guess,
                  const std::string& secret, int calls) {
  std::memcpy(work.data(), guess.data(), guess.size());
  volatile bool sink = false;
  const std::int64_t begin = ticks();
  for (int i = 0; i < calls; ++i) sink = compare(work, secret);
  const std::int64_t end = ticks();
  static_cast<void>(sink);
  return end - begin;
}

/// What has to be seen. Of memcmp it depends on the processor whether its fraction of a nanosecond
/// exceeds the floor.
enum class Expected { nothing, leak, either };

struct Subject {
  std::string_view name;
  Compare compare;
  Expected expected;
  bool decoys_only = false;

  bool is_as_expected(bool seen) const {
    return expected == Expected::either || seen == (expected == Expected::leak);
  }
};

/// The counter that times are read from.
struct Counter {
  double per_ns = ticks_per_ns();
  std::int64_t step = tick_step();

  /// Calls of one reading, so that a step of the counter is little beside the floor.
  int calls() const {
    const double step_ns = static_cast<double>(step) / per_ns;
    return std::max(kFewestCalls, static_cast<int>(std::ceil(step_ns / kStepNs)));
  }
};

struct Reading {
  std::size_t pairs = 0;
  double difference_ns = 0;  ///< a call
  double low_ns = 0;
  double high_ns = 0;
  bool seen = false;
};

struct Pool {
  std::vector<std::string> decoys;
  std::vector<std::string> nears;
  std::string secret;
};

Pool pool_for(const Subject& subject, std::uint64_t seed) {
  Classes classes(seed);
  Pool pool;
  pool.secret = classes.secret();
  for (std::size_t i = 0; i < kPool; ++i) {
    pool.decoys.push_back(classes.decoy());
    pool.nears.push_back(subject.decoys_only ? classes.decoy() : classes.near());
  }
  return pool;
}

std::vector<timing::Pair> pairs_of(const Subject& subject, const Pool& pool, std::size_t count,
                                   int calls, std::uint64_t seed) {
  std::mt19937_64 coins(seed);
  std::string work(pool.secret.size(), '\0');
  std::vector<timing::Pair> pairs(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& pair = pairs[i];
    const auto take = [&](bool near) {
      const auto& guesses = near ? pool.nears : pool.decoys;
      (near ? pair.near_ns : pair.decoy_ns) =
          read(subject.compare, work, guesses[i % kPool], pool.secret, calls);
    };
    const bool near_first = (coins() >> 63) != 0;
    take(near_first);
    take(!near_first);
  }
  return pairs;
}

Reading measure(const Subject& subject, const Counter& counter, std::uint64_t seed) {
  const int calls = counter.calls();
  const Pool pool = pool_for(subject, seed);
  const std::int64_t begin = timing::raw_ns();
  pairs_of(subject, pool, 100, calls, seed);  // to warm up, and to see how long it takes
  const double pair_ns = static_cast<double>(timing::raw_ns() - begin) / 100;
  const auto affordable = static_cast<std::size_t>(kBudgetNs / pair_ns);
  const auto pairs =
      pairs_of(subject, pool, std::clamp(affordable, kFewestPairs, kMostPairs), calls, seed);

  const double unit = counter.per_ns * calls;
  const auto floor = std::max<std::int64_t>(1, std::llround(kFloorNs * unit));
  const auto sorted = timing::sorted_differences(pairs);
  const auto interval = timing::median_interval(sorted, kZ99);
  return {.pairs = pairs.size(),
          .difference_ns = static_cast<double>(timing::quantile(sorted, 0.5)) / unit,
          .low_ns = static_cast<double>(interval.low - counter.step) / unit,
          .high_ns = static_cast<double>(interval.high + counter.step) / unit,
          .seen = timing::sign_test(pairs, floor, timing::Direction::slower) <= kLevel ||
                  timing::sign_test(pairs, floor, timing::Direction::faster) <= kLevel};
}

}  // namespace

int in_process(const Options& options) {
  const Subject subjects[] = {
      {"same_secret of the reference server", reference_server::same_secret, Expected::nothing},
      {"xor of all bytes", by_xor, Expected::nothing},
      {"memcmp, decoys only", by_memcmp, Expected::nothing, true},
      {"memcmp", by_memcmp, Expected::either},
      {"byte by byte, early exit", by_byte, Expected::leak},
  };
  const Counter counter;
  fmt::print("{:.2f} ticks a ns in steps of {}, {} calls a reading, floor {} ns a call\n",
             counter.per_ns, counter.step, counter.calls(), kFloorNs);
  fmt::print("| comparison | pairs | ns a call | 99 % | |\n|---|---:|---:|---:|---|\n");
  int wrong = 0;
  for (const auto& subject : subjects) {
    const Reading reading = measure(subject, counter, options.seed);
    const bool right = subject.is_as_expected(reading.seen);
    if (!right) ++wrong;
    fmt::print("| {} | {} | {:.2f} | {:.2f} to {:.2f} | {}{} |\n", subject.name, reading.pairs,
               reading.difference_ns, reading.low_ns, reading.high_ns,
               reading.seen ? "leaks" : "nothing seen", right ? "" : ", which is WRONG");
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace bench
