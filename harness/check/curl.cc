#include "harness/check/curl.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/mcp/stdio.h"

namespace check {
namespace {

constexpr std::size_t kMaxLine = 16UL << 10;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

bool curl_can_send(const wire::Request& request) {
  if (request.raw || !is_printable(request.target)) return false;
  if (request.body.find('\0') != std::string::npos) return false;
  return std::all_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    return is_printable(header.name) && is_printable(header.value);
  });
}

/// Bytes as the argument of printf, everything unusual escaped in octal.
std::string printf_quote(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == '%' || c == '\'' || byte < 0x20 || byte >= 0x7f) {
      text += fmt::format("\\{:03o}", byte);
    } else {
      text += c;
    }
  }
  return "'" + text + "'";
}

std::string netcat_line(const wire::Exchange& exchange, const base::Url& url) {
  return fmt::format("printf {} | nc {} {}", printf_quote(exchange.raw_request), url.host,
                     url.port);
}

}  // namespace

std::string curl_line(const wire::Exchange& exchange) {
  if (exchange.url == mcp::kStdioUrl && exchange.raw_request.size() <= kMaxLine) {
    return fmt::format("printf '%s\\n' {} | SERVER", base::shell_quote(exchange.request.body));
  }
  const auto url = base::parse_url(exchange.url);
  if (!url || exchange.raw_request.size() > kMaxLine) return {};
  const wire::Request& request = exchange.request;
  if (!curl_can_send(request)) return netcat_line(exchange, *url);
  std::string line = "curl -i --path-as-is";
  if (request.method == "HEAD") {
    line += " --head";
  } else if (request.method != (request.body.empty() ? "GET" : "POST")) {
    line += " -X " + request.method;
  }
  line += " " + base::shell_quote(url->origin() + request.target);
  for (const auto& [name, value] : request.headers) {
    // curl drops a header without a value unless it is written with a semicolon.
    line += " -H " + base::shell_quote(value.empty() ? name + ";" : name + ": " + value);
  }
  if (!request.body.empty()) line += " --data-binary " + base::shell_quote(request.body);
  return line;
}

}  // namespace check
