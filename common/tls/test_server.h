#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/clock.h"
#include "common/base/socket.h"

namespace tls {

/// One client of a TestServer.
class TestPeer {
 public:
  explicit TestPeer(base::Descriptor socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }

  /// Reads up to and with `mark`; shorter if the client closes first.
  std::string read_until(std::string_view mark) {
    std::string text;
    char byte = 0;
    std::size_t got = 0;
    while (text.size() < mark.size() ||
           text.compare(text.size() - mark.size(), mark.size(), mark) != 0) {
      if (base::read_some(fd(), &byte, 1, limit_, got) != base::IoStatus::ok) break;
      text += byte;
    }
    return text;
  }
  std::string read_head() { return read_until("\r\n\r\n"); }

  bool send(std::string_view bytes) {
    return base::write_all(fd(), bytes, limit_) == base::IoStatus::ok;
  }

  /// True if the span is over, false if the client is gone before.
  bool pause(std::chrono::milliseconds span) {
    pollfd entry{.fd = fd(), .events = POLLRDHUP, .revents = 0};
    return poll(&entry, 1, static_cast<int>(span.count())) == 0;
  }
  void wait_for_close() { pause(limit_.left()); }

  void reset() {
    const struct linger at_once { .l_onoff = 1, .l_linger = 0 };
    setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  void close() { socket_.reset(); }

 private:
  base::Descriptor socket_;
  base::Deadline limit_ = base::Deadline::after(std::chrono::seconds(10));
};

/// For tests: treats every client, one after the other, as a script says. The connection is closed
/// when the script returns.
class TestServer {
 public:
  using Script = std::function<void(TestPeer&)>;

  explicit TestServer(Script script)
      : script_(std::move(script)),
        listener_(std::move(base::listen_tcp("127.0.0.1", 0).value())),
        port_(base::local_port(listener_)),
        thread_([this] { run(); }) {}
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    shutdown(listener_.get(), SHUT_RD);
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/", std::string_view scheme = "http") const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  int connections() const { return connections_; }

 private:
  void run() {
    for (;;) {
      base::Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) return;
      ++connections_;
      TestPeer peer(std::move(socket));
      script_(peer);
    }
  }

  Script script_;
  base::Descriptor listener_;
  std::uint16_t port_;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

}  // namespace tls
