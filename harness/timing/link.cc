#include "harness/timing/link.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

#include "harness/timing/clock.h"

namespace timing {
namespace {

constexpr std::size_t kBufferBytes = 16UL << 10;

/// Blocking: a poll() before each read would be one more system call between the readings.
void make_blocking(int fd, std::chrono::milliseconds patience) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  const auto ms = patience.count();
  const timeval limit{.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// The system forgets this one after a while.
void acknowledge_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

bool closed_by_peer(ssize_t got, int error) {
  return got == 0 || error == ECONNRESET || error == EPIPE;
}

}  // namespace

Link::Link(std::string host, std::uint16_t port, std::size_t longest)
    : host_(std::move(host)), port_(port), outgoing_(longest), incoming_(kBufferBytes) {}

base::Result<void> Link::connect(std::chrono::milliseconds connect_patience,
                                 std::chrono::milliseconds patience) {
  socket_.reset();
  answers_ = 0;
  reader_keeps_open_ = true;
  auto socket = base::connect_tcp(host_, port_, base::Deadline::after(connect_patience));
  if (!socket) return tl::unexpected(socket.error());
  socket_ = std::move(*socket);
  patience_ns_ = std::chrono::nanoseconds(patience).count();
  make_blocking(socket_.get(), patience);
  return {};
}

Timed Link::ask(std::string_view request) {
  // Both classes are sent from one place in memory.
  std::memcpy(outgoing_.data(), request.data(), request.size());
  reader_.restart();
  const int fd = socket_.get();
  acknowledge_at_once(fd);

  const std::int64_t begin = raw_ns();
  const ssize_t sent = send(fd, outgoing_.data(), request.size(), MSG_NOSIGNAL);
  const ssize_t got = sent < 0 ? -1 : recv(fd, incoming_.data(), incoming_.size(), 0);
  const std::int64_t end = raw_ns();

  Timed timed{.ns = end - begin};
  if (sent != static_cast<ssize_t>(request.size()) || got <= 0) {
    if (closed_by_peer(got, errno)) timed.outcome = Timed::Outcome::closed;
    socket_.reset();
    return timed;
  }
  if (drain(static_cast<std::size_t>(got), begin + patience_ns_) != AnswerReader::State::complete) {
    socket_.reset();
    return timed;
  }
  ++answers_;
  reader_keeps_open_ = reader_.keeps_open();
  timed.outcome = Timed::Outcome::answered;
  timed.shape = reader_.shape();
  return timed;
}

/// Reads on to the end of the answer.
AnswerReader::State Link::drain(std::size_t got, std::int64_t until_ns) {
  auto state = reader_.take({incoming_.data(), got});
  while (state == AnswerReader::State::more) {
    if (raw_ns() > until_ns) return AnswerReader::State::broken;
    const ssize_t more = recv(socket_.get(), incoming_.data(), incoming_.size(), 0);
    if (more < 0) return AnswerReader::State::broken;
    state = more == 0 ? reader_.peer_closed()
                      : reader_.take({incoming_.data(), static_cast<std::size_t>(more)});
  }
  return state;
}

}  // namespace timing
