#include "common/http/server_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "common/base/text.h"
#include "common/http/response_head.h"

namespace http {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::IoStatus;

constexpr std::size_t kFirstBuffer = 16UL << 10;
constexpr std::size_t kKeptOutput = 1UL << 20;
constexpr auto kLinger = 1s;
constexpr char kHandshakeRecord = 22;  // what a TLS client begins with (RFC 8446, section 5.1)
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool wants_close(const Response& response) {
  const std::string* connection = base::find_header(response.headers, "Connection");
  return connection != nullptr && base::equal_ignoring_case(*connection, "close");
}

}  // namespace

class ServerConnection::Takeover final : public Stream {
 public:
  explicit Takeover(ServerConnection& connection) : connection_(connection) {}

  bool write(std::string_view bytes) override {
    return connection_.socket_ && !stopping() &&
           connection_.send(bytes, connection_.write_deadline()) == IoStatus::ok;
  }

  bool wait(std::chrono::milliseconds span) override {
    if (!connection_.socket_ || stopping()) return false;
    // What the client sends meanwhile is nobody's business; only that it goes away.
    pollfd entry{.fd = connection_.socket_.get(), .events = POLLRDHUP, .revents = 0};
    const Deadline deadline = Deadline::after(span);
    for (;;) {
      const auto left = std::min<long long>(deadline.left().count(), INT_MAX);
      const int ready = poll(&entry, 1, static_cast<int>(left));
      if (ready == 0) return !stopping();
      if (ready > 0 || errno != EINTR) return false;
    }
  }

  bool read(std::string& bytes, std::chrono::milliseconds span) override {
    if (!connection_.socket_ || stopping()) return false;
    // Some of it may have come right after the request.
    IoStatus status = IoStatus::ok;
    if (connection_.begin_ == connection_.end_ &&
        !connection_.fill(Deadline::after(span), status)) {
      return false;
    }
    bytes.append(connection_.input_.data() + connection_.begin_,
                 connection_.end_ - connection_.begin_);
    connection_.begin_ = connection_.end_;
    return true;
  }

  void reset() override {
    const struct linger at_once { .l_onoff = 1, .l_linger = 0 };
    setsockopt(connection_.socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    connection_.close();
  }

 private:
  bool stopping() const { return connection_.server_.stopping.load(std::memory_order_relaxed); }

  ServerConnection& connection_;
};

ServerConnection::ServerConnection(base::Descriptor socket, std::uint64_t number, std::string peer,
                                   const ServerState& server)
    : socket_(std::move(socket)),
      server_(server),
      parser_(server.options.max_header_bytes, server.options.max_body_bytes),
      input_(std::min(kFirstBuffer, server.options.max_header_bytes)) {
  request_.connection = number;
  request_.peer = std::move(peer);
}

void ServerConnection::run() {
  if (server_.options.tls && !shake_hands()) return close();
  while (!server_.stopping.load(std::memory_order_relaxed)) {
    const Read read = read_request();
    if (read == Read::refused) refuse(parser_.error_status());
    if (read != Read::request || !answer()) break;
  }
  // A socket that was reset is closed already.
  if (tls_ && socket_) tls_->farewell(Deadline::after(kLinger));
  close();
}

/// The client gets as long for it as for a request. Whatever the handshake does wrong, the
/// connection ends without a word: there is no common language.
bool ServerConnection::shake_hands() {
  const Deadline deadline = Deadline::after(server_.options.request_timeout);
  if (server_.options.plain_too) {
    if (base::wait_readable(socket_.get(), deadline) != IoStatus::ok) return false;
    char first = 0;
    const ssize_t count = recv(socket_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count == 1 && first != kHandshakeRecord) return true;
  }
  tls_ = server_.options.tls->accept(socket_.get(), deadline);
  if (!tls_) return false;
  request_.encrypted = true;
  request_.certificate = tls_->session()->certificate;
  return true;
}

IoStatus ServerConnection::receive(char* buffer, std::size_t size, Deadline deadline,
                                   std::size_t& got) {
  return tls_ ? tls_->read(buffer, size, deadline, got)
              : base::read_some(socket_.get(), buffer, size, deadline, got);
}

IoStatus ServerConnection::send(std::string_view bytes, Deadline deadline) {
  return tls_ ? tls_->write(bytes, deadline) : base::write_all(socket_.get(), bytes, deadline);
}

ServerConnection::Read ServerConnection::read_request() {
  parser_.begin(request_);
  Deadline deadline = Deadline::after(server_.options.idle_timeout);
  bool begun = false;
  bool continued = false;
  // Nothing is there yet as a rule, so to ask for it at once would be a wasted call. With TLS
  // something may be there that the socket does not know of any more.
  if (!tls_ && begin_ == end_ && base::wait_readable(socket_.get(), deadline) != IoStatus::ok) {
    return Read::over;
  }
  for (;;) {
    // An empty line too many after the last request is forgiven (RFC 9112, section 2.2).
    while (!begun && begin_ < end_ && (input_[begin_] == '\r' || input_[begin_] == '\n')) ++begin_;
    if (begin_ < end_) {
      if (!std::exchange(begun, true)) deadline = Deadline::after(server_.options.request_timeout);
      begin_ += parser_.put(input_.data() + begin_, end_ - begin_);
      if (parser_.error_status() != 0) return Read::refused;
      if (parser_.done()) return Read::request;
      if (parser_.head_done() && parser_.expects_continue() && !parser_.http_1_0() &&
          !std::exchange(continued, true) && begin_ == end_ && request_.body.empty() &&
          send(kContinue, deadline) != IoStatus::ok) {
        return Read::over;
      }
    }
    IoStatus status{};
    if (!fill(deadline, status)) {
      if (status == IoStatus::ok) refuse(431);
      if (status == IoStatus::timeout && begun) refuse(408);
      return Read::over;
    }
  }
}

/// Reads more behind what is there. False with status ok: the buffer cannot hold any more.
bool ServerConnection::fill(Deadline deadline, IoStatus& status) {
  status = IoStatus::ok;
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == input_.size()) {
    if (begin_ > 0) {
      std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    } else if (input_.size() < server_.options.max_header_bytes) {
      input_.resize(std::min(input_.size() * 2, server_.options.max_header_bytes));
    } else {
      return false;
    }
  }
  std::size_t got = 0;
  status = receive(input_.data() + end_, input_.size() - end_, deadline, got);
  end_ += got;
  return status == IoStatus::ok;
}

/// Whether the connection can go on.
bool ServerConnection::answer() {
  const Response response = call_handler();
  if (response.takeover) {
    Takeover stream(*this);
    try {
      response.takeover(stream);
    } catch (...) {
      // Half an answer may be out already; to end it is all that is left to do.
    }
    return false;
  }
  const bool close = !parser_.keep_alive() || wants_close(response) ||
                     server_.stopping.load(std::memory_order_relaxed);
  output_.clear();
  append_response(
      output_, response,
      {.without_body = request_.method == "HEAD", .close = close, .http_1_0 = parser_.http_1_0()},
      date());
  const IoStatus sent = send(output_, write_deadline());
  if (output_.capacity() > kKeptOutput) output_ = {};
  return sent == IoStatus::ok && !close;
}

Response ServerConnection::call_handler() const {
  try {
    return server_.handler(request_);
  } catch (...) {
    return Response::text(500, "internal error\n");
  }
}

void ServerConnection::refuse(int status) {
  output_.clear();
  append_response(output_, Response::text(status, "the request was refused\n"), {.close = true},
                  date());
  if (send(output_, Deadline::after(kLinger)) == IoStatus::ok) linger();
}

/// To close while the client still sends would be a reset, which may overtake the answer
/// (RFC 9112, section 9.6).
void ServerConnection::linger() {
  if (tls_) tls_->farewell(Deadline::after(kLinger));
  shut_down(SHUT_WR);
  const Deadline deadline = Deadline::after(kLinger);
  std::size_t got = 0;
  while (!deadline.passed() && base::read_some(socket_.get(), input_.data(), input_.size(),
                                               deadline, got) == IoStatus::ok) {
  }
}

void ServerConnection::stop_reading() { shut_down(SHUT_RD); }
void ServerConnection::cut() { shut_down(SHUT_RDWR); }

void ServerConnection::shut_down(int how) {
  const std::lock_guard lock(closing_);
  if (socket_) shutdown(socket_.get(), how);
}

void ServerConnection::close() {
  const std::lock_guard lock(closing_);
  socket_.reset();
}

Deadline ServerConnection::write_deadline() const {
  return Deadline::after(server_.options.request_timeout);
}

const std::string& ServerConnection::date() {
  const base::Time now = server_.clock->now();
  const long long seconds =
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  if (seconds != date_seconds_) {
    date_seconds_ = seconds;
    date_ = base::http_time(now);
  }
  return date_;
}

}  // namespace http
