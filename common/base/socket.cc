#include "common/base/socket.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <vector>

#include "common/base/text.h"

namespace base {
namespace {

constexpr int kBacklog = 128;
constexpr int kPortChoices = 16;  ///< asked of the system until one is not reserved
/// Of the process, since a server under test can name a host to any part of the program.
std::atomic<bool> loopback_only{false};

struct AddressDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, AddressDeleter>;

Result<Addresses> look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (code != 0) return fail(fmt::format("{}: {}", host, gai_strerror(code)));
  return Addresses(list);
}

/// Loopback and literal addresses never come to the system's resolver, whose waits nobody bounds
/// (RFC 6761, section 6.3, has localhost mean loopback without asking).
std::vector<Addresses> resolve(const std::string& host, std::uint16_t port, int flags,
                               Error& error) {
  std::vector<Addresses> found;
  const bool local = equal_ignoring_case(host, "localhost");
  for (const char* literal : {local ? "127.0.0.1" : host.c_str(), local ? "::1" : nullptr}) {
    if (literal == nullptr) continue;
    if (auto list = look_up(literal, port, flags | AI_NUMERICHOST)) {
      found.push_back(std::move(*list));
    }
  }
  if (!found.empty()) return found;
  if (auto list = look_up(host, port, flags)) {
    found.push_back(std::move(*list));
  } else {
    error = list.error();
  }
  return found;
}

IoStatus wait_for(int fd, short events, Deadline deadline) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  for (;;) {
    const auto left = std::min<long long>(deadline.left().count(), INT_MAX);
    const int ready = poll(&entry, 1, static_cast<int>(left));
    if (ready > 0) return IoStatus::ok;
    if (ready == 0) return IoStatus::timeout;
    if (errno != EINTR) return IoStatus::error;
  }
}

IoStatus status_of(int error) {
  switch (error) {
    case ECONNRESET:
    case ECONNREFUSED:
    case EPIPE:
      return IoStatus::reset;
    case ETIMEDOUT:
      return IoStatus::timeout;
    default:
      return IoStatus::error;
  }
}

/// Nothing, with the reason in `error`, where nobody answers at that address.
Descriptor connected(const addrinfo& address, Deadline deadline, int& error) {
  Descriptor fd(socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  error = 0;
  if (!fd || connect(fd.get(), address.ai_addr, address.ai_addrlen) != 0) error = errno;
  if (error == EINPROGRESS) {
    if (wait_for(fd.get(), POLLOUT, deadline) == IoStatus::timeout) {
      error = ETIMEDOUT;
    } else {
      socklen_t size = sizeof error;
      getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  return error == 0 ? std::move(fd) : Descriptor();
}

/// What reserves a port is a UDP socket of the same number: the system ends it with its process,
/// and gives it to one process only. Nothing where another holds it.
Descriptor reservation_of(std::uint16_t port) {
  Descriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool held =
      fd && bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  return held ? std::move(fd) : Descriptor();
}

/// 127.0.0.0/8, ::1, and the former mapped into IPv6.
bool is_loopback(const addrinfo& address) {
  if (address.ai_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address.ai_addr);
    return ntohl(v4->sin_addr.s_addr) >> 24U == IN_LOOPBACKNET;
  }
  if (address.ai_family != AF_INET6) return false;
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(address.ai_addr)->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) ||
         (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == IN_LOOPBACKNET);
}

void set_no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Descriptor::reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Result<Descriptor> bind_tcp(const std::string& host, std::uint16_t port) {
  Error unknown;
  const auto found = resolve(host, port, AI_PASSIVE, unknown);
  if (found.empty()) return tl::unexpected(unknown);
  const addrinfo& address = *found.front();
  for (int attempt = 0;; ++attempt) {
    Descriptor fd(socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
      return fail(fmt::format("{}:{}: {}", host, port, std::strerror(errno)));
    }
    if (port != 0 || attempt == kPortChoices || reservation_of(local_port(fd))) return fd;
  }
}

Result<Descriptor> reserve_port() {
  for (int attempt = 0; attempt < kPortChoices; ++attempt) {
    auto bound = bind_tcp("127.0.0.1", 0);
    if (!bound) return bound;
    if (Descriptor reservation = reservation_of(local_port(*bound))) return reservation;
  }
  return fail("127.0.0.1: every port that the system chose is reserved by another process");
}

Result<void> start_listening(const Descriptor& bound) {
  if (listen(bound.get(), kBacklog) != 0) return fail(std::strerror(errno));
  return {};
}

Result<Descriptor> listen_tcp(const std::string& host, std::uint16_t port) {
  auto fd = bind_tcp(host, port);
  if (!fd) return fd;
  if (const auto listening = start_listening(*fd); !listening) {
    return fail(fmt::format("{}:{}: {}", host, port, listening.error().message));
  }
  return fd;
}

std::uint16_t local_port(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  // The port lies at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

void dial_loopback_only() { loopback_only = true; }
bool dials_loopback_only() { return loopback_only; }

Result<Descriptor> connect_tcp(const std::string& host, std::uint16_t port, Deadline deadline,
                               IoStatus* status) {
  IoStatus ignored{};
  IoStatus& outcome = status != nullptr ? *status : ignored;
  outcome = IoStatus::error;
  Error unknown;
  const auto found = resolve(host, port, 0, unknown);
  if (found.empty()) return tl::unexpected(unknown);
  int error = 0;
  for (const Addresses& list : found) {
    for (const addrinfo* address = list.get(); address != nullptr; address = address->ai_next) {
      if (loopback_only && !is_loopback(*address)) {
        return fail(fmt::format("{} is not on this machine (--allow-remote allows that)", host));
      }
      Descriptor fd = connected(*address, deadline, error);
      if (!fd) continue;
      set_no_delay(fd.get());
      outcome = IoStatus::ok;
      return fd;
    }
  }
  outcome = status_of(error);
  return fail(fmt::format("{}:{}: {}", host, port, std::strerror(error)));
}

IoStatus wait_readable(int fd, Deadline deadline) { return wait_for(fd, POLLIN, deadline); }
IoStatus wait_writable(int fd, Deadline deadline) { return wait_for(fd, POLLOUT, deadline); }

IoStatus read_some(int fd, char* buffer, std::size_t size, Deadline deadline, std::size_t& got) {
  got = 0;
  for (;;) {
    const ssize_t count = recv(fd, buffer, size, MSG_DONTWAIT);
    if (count > 0) {
      got = static_cast<std::size_t>(count);
      return IoStatus::ok;
    }
    if (count == 0) return IoStatus::closed;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return status_of(errno);
    const IoStatus ready = wait_readable(fd, deadline);
    if (ready != IoStatus::ok) return ready;
  }
}

IoStatus write_all(int fd, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return status_of(errno);
    const IoStatus ready = wait_writable(fd, deadline);
    if (ready != IoStatus::ok) return ready;
  }
  return IoStatus::ok;
}

}  // namespace base
