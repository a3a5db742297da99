#include "common/http/response_head.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>

#include <boost/beast/http/status.hpp>

#include "common/base/text.h"

namespace http {
namespace {

void append_value(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  out.append(value);
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
}

void append_status_line(std::string& out, int status) {
  const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  const auto reason = boost::beast::http::obsolete_reason(known);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("HTTP/1.1 {} {}\r\n"), status,
                 std::string_view(reason.data(), reason.size()));
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void append_response(std::string& out, const Response& response, Framing framing,
                     std::string_view date) {
  bool with_length = false;
  bool with_date = false;
  bool with_connection = false;
  append_status_line(out, response.status);
  for (const base::Header& header : response.headers) {
    with_length = with_length || base::equal_ignoring_case(header.name, "Content-Length") ||
                  base::equal_ignoring_case(header.name, "Transfer-Encoding");
    with_date = with_date || base::equal_ignoring_case(header.name, "Date");
    with_connection = with_connection || base::equal_ignoring_case(header.name, "Connection");
    append_value(out, header.name);
    out.append(": ");
    append_value(out, header.value);
    out.append("\r\n");
  }
  if (!with_date) out.append("Date: ").append(date).append("\r\n");
  if (!with_length && has_body(response.status)) {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("Content-Length: {}\r\n"),
                   response.body.size());
  }
  if (!with_connection && framing.close) out.append("Connection: close\r\n");
  if (!with_connection && !framing.close && framing.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  if (has_body(response.status) && !framing.without_body) out.append(response.body);
}

}  // namespace http
