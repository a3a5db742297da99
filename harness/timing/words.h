#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace timing {

struct Result;

/// `124 ns`, `31.4 us`, `2.05 ms`; three digits or more.
std::string duration_text(std::int64_t ns);
/// `2,000`.
std::string count_text(std::size_t count);
/// `0x5eed`.
std::string seed_text(std::uint64_t seed);
/// What a pass, a fail or a warning says, with all its numbers, on one line without a full stop.
std::string sentence(const Result& result);

}  // namespace timing
