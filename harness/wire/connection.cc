#include "harness/wire/connection.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/text.h"
#include "harness/wire/response_reader.h"

namespace wire {
namespace {

using base::Deadline;
using base::IoStatus;
using State = ResponseReader::State;

constexpr std::size_t kReadSize = 16UL << 10;

Failure failure_of(tls::OpenFailure failure) {
  switch (failure) {
    case tls::OpenFailure::none:
      return Failure::none;
    case tls::OpenFailure::unreachable:
      return Failure::unreachable;
    case tls::OpenFailure::refused:
      return Failure::refused;
    case tls::OpenFailure::timeout:
      return Failure::timeout;
    case tls::OpenFailure::reset:
      return Failure::reset;
    case tls::OpenFailure::closed:
      return Failure::closed;
    case tls::OpenFailure::tls:
      return Failure::tls;
  }
  return Failure::unreachable;
}

bool is_head(const Request& request) {
  return request.raw ? request.raw->rfind("HEAD ", 0) == 0 : request.method == "HEAD";
}

bool asks_to_close(const Request& request) {
  const std::string* value = base::find_header(request.headers, "Connection");
  return value != nullptr && base::to_lower(*value).find("close") != std::string::npos;
}

/// The first bytes of an answer that is not HTTP, fit to print.
std::string excerpt(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, 40)) text += c >= ' ' && c <= '~' ? c : '.';
  return text;
}

void fail(Exchange& exchange, Failure failure, std::string text) {
  exchange.failure = failure;
  exchange.failure_text = std::move(text);
}

}  // namespace

class Connection::Impl {
 public:
  Impl(base::Url server, TlsOptions tls, Limits limits)
      : server_(std::move(server)), connector_(server_, std::move(tls)), limits_(limits) {}

  Exchange exchange(const Request& request, Deadline deadline, const Enough& enough) {
    const auto span = deadline.left();
    const std::string bytes = request.bytes(server_.authority());
    Exchange exchange;
    exchange.url = server_.origin() + request.target;
    exchange.request = request;
    exchange.raw_request = bytes.substr(0, limits_.max_raw_bytes);
    if (!still_open()) stream_.reset();
    exchange.reused_connection = stream_ != nullptr;
    Attempt attempt{exchange, bytes, deadline, span, enough};
    // RFC 9112, section 9.3.1: the server may have closed an idle connection just as the request
    // was on its way. Only then, and only when nothing at all came back, once more.
    if (!send_and_read(attempt) && exchange.reused_connection) {
      exchange.reused_connection = false;
      exchange.failure = Failure::none;
      exchange.failure_text.clear();
      send_and_read(attempt);
    }
    exchange.done_us = now_us();
    return exchange;
  }

  void close() { stream_.reset(); }

 private:
  struct Attempt {
    Exchange& exchange;
    const std::string& bytes;
    Deadline deadline;
    std::chrono::milliseconds span;
    const Enough& enough;
  };

  /// Whatever a server says between two exchanges, be it its close, makes the connection useless.
  bool still_open() {
    if (!stream_) return false;
    std::array<char, 1> byte{};
    std::size_t got = 0;
    const auto now = Deadline::after(std::chrono::milliseconds{0});
    return stream_->read(byte.data(), byte.size(), now, got) == IoStatus::timeout;
  }

  /// False if the connection ended without a single byte, so that the request may be sent again.
  bool send_and_read(Attempt& attempt) {
    Exchange& exchange = attempt.exchange;
    if (!stream_) {
      tls::Opened opened = connector_.open(attempt.deadline);
      if (!opened.stream) {
        exchange.sent_us = now_us();
        fail(exchange, failure_of(opened.failure), std::move(opened.text));
        return true;
      }
      stream_ = std::move(opened.stream);
    }
    if (stream_->session() != nullptr) exchange.tls = *stream_->session();
    exchange.sent_us = now_us();
    const IoStatus sent = stream_->write(attempt.bytes, attempt.deadline);
    // A server may answer, and close, before it has read everything: what it said counts.
    ResponseReader reader(is_head(exchange.request), limits_.max_head_bytes,
                          limits_.max_body_bytes);
    const IoStatus end = sent == IoStatus::timeout ? sent : read_response(attempt, reader);
    const bool cut = reader.state() != State::done;
    if (sent != IoStatus::ok || cut || !reader.can_go_on() || asks_to_close(exchange.request)) {
      stream_.reset();
    }
    if (end != IoStatus::ok) explain(attempt, reader.state(), end);
    if (reader.state() == State::too_large) {
      fail(exchange, Failure::too_large,
           reader.head_done()
               ? fmt::format("the answer's body is larger than {} bytes", limits_.max_body_bytes)
               : fmt::format("the answer's head is larger than {} bytes", limits_.max_head_bytes));
    } else if (reader.state() == State::not_http) {
      fail(exchange, Failure::not_http,
           fmt::format("the answer is not HTTP ({}): \"{}\"", reader.error(),
                       excerpt(exchange.raw_response)));
    }
    if (reader.head_done()) exchange.response = reader.take();
    return !(cut && exchange.first_byte_us == 0 &&
             (end == IoStatus::closed || end == IoStatus::reset));
  }

  /// Ok when the response is over, enough has come, or the reader wants no more.
  IoStatus read_response(Attempt& attempt, ResponseReader& reader) {
    std::array<char, kReadSize> buffer;
    for (;;) {
      std::size_t got = 0;
      const IoStatus status = stream_->read(buffer.data(), buffer.size(), attempt.deadline, got);
      if (status == IoStatus::closed && reader.end() == State::done) return IoStatus::ok;
      if (status != IoStatus::ok) return status;
      if (attempt.exchange.first_byte_us == 0) attempt.exchange.first_byte_us = now_us();
      std::string& raw = attempt.exchange.raw_response;
      raw.append(buffer.data(), std::min(got, limits_.max_raw_bytes - raw.size()));
      switch (reader.put({buffer.data(), got})) {
        case State::head:
          break;
        case State::body:
          if (attempt.enough && attempt.enough(reader.response())) return IoStatus::ok;
          break;
        default:
          return IoStatus::ok;
      }
      // A server that sends without a pause must not outlast the deadline.
      if (attempt.deadline.passed()) return IoStatus::timeout;
    }
  }

  /// Says in one line why there is no response, or only a part of one.
  void explain(Attempt& attempt, State state, IoStatus end) const {
    const bool nothing = attempt.exchange.first_byte_us == 0;
    const std::string where = nothing                ? "without an answer"
                              : state == State::head ? "within the head of its answer"
                                                     : "within the body of its answer";
    switch (end) {
      case IoStatus::timeout:
        return fail(attempt.exchange, Failure::timeout,
                    fmt::format("{} within {}", nothing ? "no answer" : "no complete answer",
                                tls::span_text(attempt.span)));
      case IoStatus::closed:
        return fail(attempt.exchange, Failure::closed,
                    fmt::format("the server closed the connection {}", where));
      case IoStatus::reset:
        return fail(attempt.exchange, Failure::reset,
                    fmt::format("the server reset the connection {}", where));
      default:
        return fail(attempt.exchange, server_.scheme == "https" ? Failure::tls : Failure::reset,
                    fmt::format("the connection broke {}", where));
    }
  }

  base::Url server_;
  tls::Connector connector_;
  Limits limits_;
  std::unique_ptr<tls::Stream> stream_;
};

Connection::Connection(base::Url server, TlsOptions tls, Limits limits)
    : impl_(std::make_unique<Impl>(std::move(server), std::move(tls), limits)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Exchange Connection::exchange(const Request& request, Deadline deadline, const Enough& enough) {
  return impl_->exchange(request, deadline, enough);
}

void Connection::close() { impl_->close(); }

std::int64_t now_us() {
  using Steady = std::chrono::steady_clock;
  static const Steady::time_point start = Steady::now();
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count();
}

}  // namespace wire
