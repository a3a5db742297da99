#include "common/base/compare.h"

#include <algorithm>

namespace base {

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Volatile, so that no compiler may see that the answer is known after the first difference.
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto both = static_cast<unsigned>(static_cast<unsigned char>(a[i])) ^
                      static_cast<unsigned>(static_cast<unsigned char>(b[i]));
    difference = static_cast<unsigned char>(difference | both);
  }
  return difference == 0;
}

std::size_t agreeing_bytes(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return i;
  }
  return size;
}

bool equal_with_early_exit(std::string_view a, std::string_view b,
                           std::chrono::nanoseconds per_byte) {
  using Steady = std::chrono::steady_clock;
  const auto begin = Steady::now();
  const std::size_t agreeing = agreeing_bytes(a, b);
  const auto end = begin + per_byte * static_cast<long>(agreeing);
  // Not asleep: the system's timer is coarser than what is to be shown.
  while (per_byte.count() > 0 && Steady::now() < end) {
  }
  return agreeing == a.size() && agreeing == b.size();
}

}  // namespace base
