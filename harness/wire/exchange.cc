#include "harness/wire/exchange.h"

namespace wire {

std::string Request::bytes(std::string_view authority) const {
  if (raw) return *raw;
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  if (base::find_header(headers, "Host") == nullptr) add("Host", authority);
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
