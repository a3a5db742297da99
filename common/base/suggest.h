#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// `; did you mean "a" or "b"?` with the known words that a mistyped one may have meant, nearest
/// first, at most three; nothing where none is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace base
