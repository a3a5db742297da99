#include "harness/wire/exchange.h"

namespace wire {
namespace {

constexpr std::string_view kUserAgent = "mcp-authspec/" AUTHSPEC_VERSION;

}  // namespace

std::string Request::bytes(std::string_view authority) const {
  if (raw) return *raw;
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  const auto add_missing = [&](std::string_view name, std::string_view value) {
    if (base::find_header(headers, name) == nullptr) add(name, value);
  };
  add_missing("Host", authority);
  // Some firewalls answer 403 to a client that does not name itself.
  add_missing("User-Agent", kUserAgent);
  // Without the field a server may choose any coding (RFC 9110, section 12.5.3).
  add_missing("Accept-Encoding", "identity");
  for (const base::Header& header : headers) add(header.name, header.value);
  // A request that says how its body ends has said so; GET without a body needs no length, but
  // POST does (RFC 9110, section 8.6).
  const bool framed = base::find_header(headers, "Content-Length") != nullptr ||
                      base::find_header(headers, "Transfer-Encoding") != nullptr;
  const bool expects_body = method == "POST" || method == "PUT" || method == "PATCH";
  if (!framed && (!body.empty() || expects_body)) {
    add("Content-Length", std::to_string(body.size()));
  }
  text.append("\r\n").append(body);
  return text;
}

std::string_view to_string(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "none";
    case Failure::unreachable:
      return "unreachable";
    case Failure::refused:
      return "refused";
    case Failure::timeout:
      return "timeout";
    case Failure::reset:
      return "reset";
    case Failure::closed:
      return "closed";
    case Failure::not_http:
      return "not_http";
    case Failure::too_large:
      return "too_large";
    case Failure::tls:
      return "tls";
  }
  return "unknown";
}

}  // namespace wire
