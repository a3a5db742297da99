#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/cli/token.h"

namespace cli {
namespace {

constexpr std::size_t kMaxToken = 4UL << 20;

std::string read_all(std::istream& in) {
  std::string text;
  char buffer[4096];
  while (text.size() <= kMaxToken && (in.read(buffer, sizeof buffer), in.gcount() > 0)) {
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

std::string_view strip(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Two units at most: nobody needs the seconds of a day.
std::string span_text(long long seconds) {
  constexpr std::pair<long long, const char*> kUnits[] = {
      {86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}};
  std::string text;
  int used = 0;
  for (const auto& [length, name] : kUnits) {
    const long long count = seconds / length;
    if ((count == 0 && !(length == 1 && used == 0)) || used == 2) continue;
    text += fmt::format("{}{} {}", used == 0 ? "" : " ", count, name);
    seconds %= length;
    ++used;
  }
  return text;
}

}  // namespace

base::Result<std::string> read_token(const std::string& argument) {
  const std::string text = argument.empty() || argument == "-" ? read_all(std::cin) : argument;
  if (text.size() > kMaxToken) return base::fail("more than 4 MiB is no token");
  std::string_view token = strip(text);
  constexpr std::string_view kScheme = "Bearer ";
  if (base::equal_ignoring_case(token.substr(0, kScheme.size()), kScheme)) {
    token = strip(token.substr(kScheme.size()));
  }
  if (token.empty()) return base::fail("there is no token");
  return std::string(token);
}

base::Result<TokenParts> split_token(std::string_view token) {
  const std::vector<std::string> parts = base::split(token, '.');
  if (parts.size() != 3) {
    return base::fail(fmt::format("a signed JWT has three parts, this has {}", parts.size()));
  }
  auto header = base::base64url_decode(parts[0]);
  if (!header) return base::fail("the header is not base64url");
  auto payload = base::base64url_decode(parts[1]);
  if (!payload) return base::fail("the payload is not base64url");
  auto signature = base::base64url_decode(parts[2]);
  if (!signature) return base::fail("the signature is not base64url");
  if (const auto json = base::parse_json(*header); !json) {
    return base::fail("the header is not JSON: " + json.error().message);
  }
  return TokenParts{std::move(*header), std::move(*payload), std::move(*signature),
                    parts[0] + "." + parts[1]};
}

std::string relative_time(long long seconds, long long now) {
  if (seconds == now) return "now";
  return seconds > now ? "in " + span_text(seconds - now) : span_text(now - seconds) + " ago";
}

}  // namespace cli
