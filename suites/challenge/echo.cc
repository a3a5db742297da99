#include "suites/challenge/echo.h"

#include <cstddef>
#include <string_view>

namespace suites::challenge {
namespace {

constexpr std::size_t kPart = 16;  ///< bytes of a credential that nothing repeats by chance

}  // namespace

bool echoes(const std::string& text, const std::string& credential, const std::string& anyway) {
  // Steps of half a part find every repeated stretch of one and a half parts, and the whole.
  for (std::size_t at = 0; at + kPart <= credential.size(); at += kPart / 2) {
    const std::string_view part = std::string_view(credential).substr(at, kPart);
    if (text.find(part) != std::string::npos && anyway.find(part) == std::string::npos) return true;
  }
  return false;
}

}  // namespace suites::challenge
