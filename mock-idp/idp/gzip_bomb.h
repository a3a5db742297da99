#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace idp {

/// A gzip file (RFC 1952) of `before`, `blanks` blanks and `behind`, a thousandth as long as what
/// is in it. The two texts have fewer than 64 KiB each; there is at least one blank.
std::string gzip_bomb(std::string_view before, std::size_t blanks, std::string_view behind);

}  // namespace idp
