#include "common/base/redact.h"

#include <algorithm>
#include <utility>

#include "common/base/base64.h"
#include "common/base/hex.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"

namespace base {
namespace {

constexpr std::size_t kMinSecret = 4;
/// A shorter piece of base64 occurs by chance.
constexpr std::size_t kMinPiece = 8;
constexpr std::string_view kMask = "***";

using Range = std::pair<std::size_t, std::size_t>;  ///< begin and end

/// What base64 makes of the secret after `before` other bytes: only the characters that depend on
/// the secret alone, without padding.
std::string base64_piece(std::string_view secret, std::size_t before) {
  const std::string text = base64_encode(std::string(before, '\0') + std::string(secret));
  const std::size_t first = (before * 8 + 5) / 6;
  const std::size_t last = (before + secret.size()) * 8 / 6;
  return text.substr(first, last - first);
}

std::vector<std::string> spellings_of(std::string_view secret) {
  const std::string json = json_string(secret);
  const std::string quoted = shell_quote(secret);
  std::vector<std::string> spellings = {std::string(secret),
                                        base64_encode(secret),
                                        base64url_encode(secret),
                                        percent_encode(secret),
                                        replace_all(percent_encode(secret), "%20", "+"),
                                        to_hex(secret),
                                        json.substr(1, json.size() - 2),
                                        quoted.substr(1, quoted.size() - 2),
                                        escape_markup(secret)};
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string piece = base64_piece(secret, before);
    if (piece.size() < kMinPiece) continue;
    spellings.push_back(piece);
    spellings.push_back(replace_all(replace_all(piece, "+", "-"), "/", "_"));
  }
  for (std::string& spelling : spellings) spelling = to_lower(spelling);
  return spellings;
}

/// Joins ranges that overlap; the result is in order.
std::vector<Range> merged(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end());
  std::vector<Range> result;
  for (const Range& range : ranges) {
    if (!result.empty() && range.first < result.back().second) {
      result.back().second = std::max(result.back().second, range.second);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < kMinSecret) return;
  const std::lock_guard lock(mutex_);
  for (std::string& spelling : spellings_of(secret)) {
    if (!contains(spellings_, spelling)) spellings_.push_back(std::move(spelling));
  }
}

std::string Redactor::apply(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  if (spellings_.empty()) return std::string(text);
  const std::string lower = to_lower(text);
  std::vector<Range> secrets;
  for (const std::string& spelling : spellings_) {
    for (std::size_t at = lower.find(spelling); at != std::string::npos;
         at = lower.find(spelling, at + spelling.size())) {
      secrets.emplace_back(at, at + spelling.size());
    }
  }
  std::string result;
  std::size_t shown = 0;
  for (const auto& [begin, end] : merged(std::move(secrets))) {
    result += text.substr(shown, begin - shown);
    result += kMask;
    shown = end;
  }
  return result += text.substr(shown);
}

bool Redactor::empty() const {
  const std::lock_guard lock(mutex_);
  return spellings_.empty();
}

}  // namespace base
