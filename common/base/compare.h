#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

// Ways to find out whether two secrets are the same, and what the time that it takes gives away.

namespace base {

/// Whether both hold the same bytes. How long it takes depends on the lengths alone: no branch is
/// taken on what the bytes are.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// How many bytes agree before the first that does not.
std::size_t agreeing_bytes(std::string_view a, std::string_view b);

/// The defect that has to be found: stops at the first byte that differs, as `memcmp` may, and
/// lingers on each byte before it, so that it shows over a network. Zero: as fast as it goes.
bool equal_with_early_exit(std::string_view a, std::string_view b,
                           std::chrono::nanoseconds per_byte = {});

}  // namespace base
