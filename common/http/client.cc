#include "common/http/client.h"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "common/base/url.h"
#include "common/tls/stream.h"

namespace http {
namespace {

namespace beast = boost::beast::http;
using base::IoStatus;
using Parser = beast::response_parser<beast::string_body>;

constexpr std::size_t kReadSize = 16UL << 10;
constexpr std::uint32_t kMaxHeadBytes = 64UL << 10;

std::string own(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string request_bytes(const ClientRequest& request, const base::Url& url) {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
                                  request.method, url.target(), url.authority());
  for (const base::Header& header : request.headers) {
    bytes.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (!request.body.empty() || request.method == "POST") {
    bytes += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return bytes.append("\r\n").append(request.body);
}

bool breaks_lines(const ClientRequest& request) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  if (request.method.find_first_of(kBreaks) != std::string::npos) return true;
  for (const base::Header& header : request.headers) {
    if ((header.name + header.value).find_first_of(kBreaks) != std::string::npos) return true;
  }
  return false;
}

void begin(std::optional<Parser>& parser, bool head_only, std::size_t max_body_bytes) {
  parser.emplace();
  parser->header_limit(kMaxHeadBytes);
  parser->body_limit(max_body_bytes);
  parser->eager(true);
  parser->skip(head_only);
}

/// Feeds what the server sends to a parser until the message is complete; says what went wrong,
/// or nothing.
std::string read_response(tls::Stream& stream, std::optional<Parser>& parser, bool head_only,
                          base::Deadline deadline, std::size_t max_body_bytes) {
  std::array<char, kReadSize> buffer;
  std::string pending;
  begin(parser, head_only, max_body_bytes);
  while (!parser->is_done()) {
    std::size_t got = 0;
    boost::beast::error_code error;
    const IoStatus status = stream.read(buffer.data(), buffer.size(), deadline, got);
    if (status == IoStatus::timeout || deadline.passed()) return "no complete answer in time";
    if (status == IoStatus::closed && parser->got_some()) {
      parser->put_eof(error);
      if (error) return "the connection was closed within the answer";
      break;
    }
    if (status == IoStatus::closed) return "the connection was closed without an answer";
    if (status == IoStatus::reset) return "the connection was reset";
    if (status != IoStatus::ok) return "the connection broke";
    pending.append(buffer.data(), got);
    while (!pending.empty() && !parser->is_done()) {
      const std::size_t used =
          parser->put(boost::asio::const_buffer(pending.data(), pending.size()), error);
      pending.erase(0, used);
      if (error == beast::error::body_limit) return "the answer is too large";
      if (error && error != beast::error::need_more) {
        return "the answer is not HTTP: " + error.message();
      }
      // Interim answers (1xx) are messages of their own.
      if (parser->is_done() && parser->get().result_int() < 200) {
        begin(parser, head_only, max_body_bytes);
      } else if (used == 0) {
        break;
      }
    }
    if (pending.size() > kMaxHeadBytes) return "the answer's head is too large";
  }
  return {};
}

}  // namespace

base::Result<ClientResponse> fetch(const ClientRequest& request, base::Deadline deadline,
                                   std::size_t max_body_bytes) {
  const auto url = base::parse_url(request.url);
  if (!url) return tl::unexpected(url.error());
  const auto failed = [&](std::string_view why) {
    return base::fail(fmt::format("{}: {}", request.url, why));
  };
  if (breaks_lines(request)) return failed("a header to be sent contains a line break");

  tls::Opened opened = tls::Connector(*url, request.tls).open(deadline);
  if (!opened.stream) return failed(opened.text);
  // A server may refuse, and close, before it has read everything; what it said counts.
  const IoStatus sent = opened.stream->write(request_bytes(request, *url), deadline);
  if (sent == IoStatus::timeout) return failed("the request could not be sent in time");

  std::optional<Parser> parser;
  const std::string error =
      read_response(*opened.stream, parser, request.method == "HEAD", deadline, max_body_bytes);
  if (!error.empty()) return failed(error);

  auto message = parser->release();
  ClientResponse response{.status = static_cast<int>(message.result_int()),
                          .headers = {},
                          .body = std::move(message.body())};
  for (const auto& field : message) {
    response.headers.push_back({own(field.name_string()), own(field.value())});
  }
  return response;
}

}  // namespace http
