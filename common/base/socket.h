#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace base {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// How a wait on a socket ended.
enum class IoStatus { ok, closed, timeout, reset, error };

/// A TCP port of 127.0.0.1 that is free, for a program that binds it itself, later. While the
/// descriptor is held, bind_tcp() and reserve_port() choose that port in no process of this
/// machine. local_port() tells which it is.
Result<Descriptor> reserve_port();
/// A socket that has the port and takes no connections: clients are refused, and the system gives
/// the port to no other program that lets it choose one. Close-on-exec, SO_REUSEADDR.
Result<Descriptor> bind_tcp(const std::string& host, std::uint16_t port);
/// Takes connections from now on. The error says why not.
Result<void> start_listening(const Descriptor& bound);
/// A TCP listener on `host`:`port`; port 0 lets the system choose. Close-on-exec, SO_REUSEADDR,
/// backlog 128. The error names the address, such as "127.0.0.1:9400: Address already in use".
Result<Descriptor> listen_tcp(const std::string& host, std::uint16_t port);
/// The port that a listener or connection is bound to.
std::uint16_t local_port(const Descriptor& socket);
/// From now on `connect_tcp` dials loopback addresses only, whatever a name resolves to. For a run
/// that may not leave this machine: metadata and redirects of a server under test name any host.
void dial_loopback_only();
bool dials_loopback_only();

/// Connects, TCP_NODELAY set, non-blocking thereafter. Addresses and localhost are taken as they
/// are; other names are resolved through the system, whose own limits then come before the
/// deadline. With the error, `status` tells refused (reset), timeout and the rest apart.
Result<Descriptor> connect_tcp(const std::string& host, std::uint16_t port, Deadline deadline,
                               IoStatus* status = nullptr);

/// Waits until the socket can be read or written, or the deadline passes.
IoStatus wait_readable(int fd, Deadline deadline);
IoStatus wait_writable(int fd, Deadline deadline);
/// Reads what is there, at least one byte, at most `size`; `got` is how many.
IoStatus read_some(int fd, char* buffer, std::size_t size, Deadline deadline, std::size_t& got);
/// Writes all of it.
IoStatus write_all(int fd, std::string_view bytes, Deadline deadline);

}  // namespace base
