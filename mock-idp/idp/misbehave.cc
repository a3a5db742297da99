#include "mock-idp/idp/misbehave.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/http/response_head.h"
#include "mock-idp/idp/gzip_bomb.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// What a key set of blanks begins and ends with.
constexpr std::string_view kBefore = "{\"keys\":[";
constexpr std::string_view kBehind = "]}";
constexpr std::size_t kPiece = 64UL << 10;

/// The bytes of an answer as they would go out: all of it up to `body_bytes` of the body.
std::string beginning(const http::Response& truth, bool without_body, const std::string& date,
                      std::size_t body_bytes) {
  std::string bytes;
  http::append_response(bytes, truth, {.without_body = without_body, .close = true}, date);
  const std::size_t head = bytes.find("\r\n\r\n") + 4;
  bytes.resize(std::min(bytes.size(), head + body_bytes));
  return bytes;
}

http::Response taken_over(int status, std::function<void(http::Stream&)> takeover) {
  http::Response response;
  response.status = status;
  response.takeover = std::move(takeover);
  return response;
}

http::Response late(http::Response truth, bool without_body, const std::string& date,
                    std::chrono::milliseconds span) {
  const int status = truth.status;
  return taken_over(status, [bytes = beginning(truth, without_body, date, truth.body.size()),
                             span](http::Stream& stream) {
    if (stream.wait(span)) stream.write(bytes);
  });
}

http::Response dribbled(const Misbehaviour& does, const http::Response& truth, bool without_body,
                        const std::string& date) {
  const std::size_t step = std::max<std::size_t>(does.bytes, 1);
  return taken_over(truth.status, [bytes = beginning(truth, without_body, date, truth.body.size()),
                                   step, span = does.span](http::Stream& stream) {
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      if (!stream.write(std::string_view(bytes).substr(at, step)) || !stream.wait(span)) return;
    }
  });
}

/// A beginning of the answer, and then no good end.
http::Response broken_off(const Misbehaviour& does, const http::Response& truth, bool without_body,
                          const std::string& date) {
  return taken_over(truth.status, [bytes = beginning(truth, without_body, date, does.bytes),
                                   kind = does.kind, span = does.span](http::Stream& stream) {
    if (!stream.write(bytes)) return;
    if (kind == Misbehaviour::Kind::stall_after) stream.wait(span);
    // What is sent first has to arrive before the reset overtakes it.
    if (kind != Misbehaviour::Kind::reset_after) return;
    stream.wait(20ms);
    stream.reset();
  });
}

http::Response huge(std::size_t bytes) {
  return taken_over(200, [bytes](http::Stream& stream) {
    const std::size_t frame = kBefore.size() + kBehind.size();
    std::size_t left = bytes > frame ? bytes - frame : 0;
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    head += std::to_string(left + frame) + "\r\nConnection: close\r\n\r\n";
    bool open = stream.write(head.append(kBefore));
    const std::string piece(kPiece, ' ');
    while (open && left > 0) {
      const std::size_t now = std::min(left, piece.size());
      open = stream.write(std::string_view(piece).substr(0, now));
      left -= now;
    }
    if (open) stream.write(kBehind);
  });
}

http::Response bomb(std::size_t bytes) {
  http::Response response = http::Response::json(200, gzip_bomb(kBefore, bytes, kBehind));
  response.headers.push_back({"Content-Encoding", "gzip"});
  return response;
}

}  // namespace

http::Response misbehave(const Misbehaviour& does, http::Response truth, bool without_body,
                         const std::string& date) {
  using Kind = Misbehaviour::Kind;
  switch (does.kind) {
    case Kind::none:
      break;
    case Kind::answer:
    case Kind::stall:
    case Kind::reset:
      return does.response();
    case Kind::huge:
      return huge(does.bytes);
    case Kind::gzip_bomb:
      return bomb(does.bytes);
    case Kind::delay:
      return late(std::move(truth), without_body, date, does.span);
    case Kind::dribble:
      return dribbled(does, truth, without_body, date);
    case Kind::stall_after:
    case Kind::reset_after:
    case Kind::truncate:
      return broken_off(does, truth, without_body, date);
    case Kind::content_type:
      base::set_header(truth.headers, "Content-Type", does.body);
      break;
    case Kind::bom:
      truth.body.insert(0, kByteOrderMark);
      break;
  }
  return truth;
}

}  // namespace idp
