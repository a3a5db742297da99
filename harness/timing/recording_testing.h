#pragma once

#include <charconv>
#include <string_view>
#include <vector>

// The bytes of harness/timing/recorded, as the build lays them down.
namespace embedded {
extern const std::string_view recorded_quiet;
extern const std::string_view recorded_busy;
}  // namespace embedded

namespace timing {

/// Response times of the reference server in a process of its own, in nanoseconds, in pairs: two
/// requests with wrong keys, one after the other. `bench/timing record` made them, on a machine
/// with two processors; `busy` while other threads kept both of them occupied.
inline std::vector<double> times_in(std::string_view recording) {
  std::vector<double> times;
  const char* at = recording.data();
  const char* const end = at + recording.size();
  while (at < end) {
    long time = 0;
    const auto [next, error] = std::from_chars(at, end, time);
    if (error == std::errc()) times.push_back(static_cast<double>(time));
    at = next + 1;
  }
  return times;
}

}  // namespace timing
