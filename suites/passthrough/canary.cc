#include "suites/passthrough/canary.h"

#include <algorithm>
#include <optional>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/base/url.h"

namespace suites {
namespace {

/// Shorter ones turn up by chance.
constexpr std::size_t kShortestPart = 8;
constexpr std::size_t kShortestRun = 11;
constexpr int kLayers = 3;

bool is_one_of(char c, std::string_view marks) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         marks.find(c) != std::string_view::npos;
}

int hex_digit(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t at = kDigits.find(static_cast<char>(c | 0x20));
  if (c >= '0' && c <= '9') return c - '0';
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::optional<std::string> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

/// Base64 of either alphabet, without its padding.
std::optional<std::string> decode_base64(std::string_view run) {
  std::string text(run);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return base::base64url_decode(text);
}

bool holds(std::string_view text, const std::vector<std::string>& parts, int layers) {
  const auto found = [&](const std::string& part) {
    return text.find(part) != std::string_view::npos;
  };
  if (std::any_of(parts.begin(), parts.end(), found)) return true;
  if (layers == 0) return false;
  if (text.find('%') != std::string_view::npos) {
    const auto plain = base::percent_decode(text, /*plus_is_space=*/true);
    if (plain && *plain != text && holds(*plain, parts, layers - 1)) return true;
  }
  // A slash belongs to Base64, or parts the segments of a path.
  for (const std::string_view marks : {"+/-_", "+-_"}) {
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = begin;
      while (end < text.size() && is_one_of(text[end], marks)) ++end;
      const std::string_view run = text.substr(begin, end - begin);
      begin = end + 1;
      if (run.size() < kShortestRun) continue;
      for (const auto& inner : {decode_base64(run), decode_hex(run)}) {
        if (inner && holds(*inner, parts, layers - 1)) return true;
      }
    }
  }
  return false;
}

bool names_a_credential(std::string_view name) {
  constexpr const char* kWords[] = {"auth", "key", "token", "secret", "cookie"};
  const std::string lower = base::to_lower(name);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](const char* word) { return lower.find(word) != std::string::npos; });
}

}  // namespace

std::vector<std::string> telltale_parts(std::string_view credential) {
  std::vector<std::string> parts = {std::string(credential)};
  const std::vector<std::string> segments = base::split(credential, '.');
  if (segments.size() == 3) {
    parts.insert(parts.end(), {segments[1], segments[2]});
  } else if (credential.size() >= 4 * kShortestPart) {
    parts.emplace_back(credential.substr(0, credential.size() / 2));
    parts.emplace_back(credential.substr(credential.size() / 2));
  }
  // What stands behind `Basic`.
  const auto pair = base::base64_decode(credential);
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon != std::string::npos) parts.insert(parts.end(), {*pair, pair->substr(colon + 1)});
  std::erase_if(parts, [](const std::string& part) { return part.size() < kShortestPart; });
  return parts;
}

std::string place_of(const idp::Entry& request, const std::vector<std::string>& parts) {
  for (const base::Header& header : request.headers) {
    if (holds(header.value, parts, kLayers)) return "the header " + header.name;
  }
  if (holds(request.target, parts, kLayers)) return "the URL";
  if (holds(request.body, parts, kLayers)) return "the body";
  return {};
}

std::vector<std::string> credentials_in(const idp::Entry& request) {
  std::vector<std::string> found;
  for (const base::Header& header : request.headers) {
    if (names_a_credential(header.name)) found.push_back(header.name);
  }
  const std::size_t mark = request.target.find('?');
  if (mark == std::string::npos) return found;
  for (const auto& [name, value] : base::parse_form(request.target.substr(mark + 1))) {
    if (names_a_credential(name)) found.push_back("the query's " + name);
  }
  return found;
}

}  // namespace suites
