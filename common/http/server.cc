#include "common/http/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "common/base/socket.h"
#include "common/http/response_head.h"
#include "common/http/server_connection.h"

namespace http {
namespace {

using namespace std::chrono_literals;

// How long answers that are under way may take to end when the server stops.
constexpr auto kGrace = 250ms;
// How long to wait for a descriptor when the process has none left.
constexpr int kNoDescriptorPauseMs = 20;
// Turned-away clients whose sockets are kept until they had a chance to read why.
constexpr std::size_t kTurnedAway = 32;

std::string peer_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes =
      address.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  if (inet_ntop(address.ss_family, bytes, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

class ThreadedServer final : public Server {
 public:
  ThreadedServer(Handler handler, ServerOptions options, base::Descriptor listener,
                 base::Descriptor wake)
      : listener_(std::move(listener)), wake_(std::move(wake)), port_(local_port(listener_)) {
    state_.handler = std::move(handler);
    state_.options = std::move(options);
    state_.clock = state_.options.clock ? state_.options.clock : &base::system_clock();
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ThreadedServer(const ThreadedServer&) = delete;
  ThreadedServer& operator=(const ThreadedServer&) = delete;
  ~ThreadedServer() override { stop(); }

  std::uint16_t port() const override { return port_; }

  std::string origin() const override {
    const std::string& host = state_.options.host;
    const bool v6 = host.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", state_.options.tls ? "https" : "http", v6 ? "[" : "", host,
                       v6 ? "]" : "", port_);
  }

  void close_port() override {
    std::unique_lock lock(mutex_);
    closing_port_ = true;
    wake();
    port_changed_.wait(lock, [this] { return !closing_port_; });
    for (Client& client : live_) client.connection->cut();
  }

  base::Result<void> open_port() override {
    std::unique_lock lock(mutex_);
    if (listener_) return {};
    auto bound = kept_ ? base::Result<base::Descriptor>(std::move(kept_))
                       : base::bind_tcp(state_.options.host, port_);
    if (!bound) return tl::unexpected(bound.error());
    if (auto listening = base::start_listening(*bound); !listening) return listening;
    fcntl(bound->get(), F_SETFL, O_NONBLOCK);
    reopened_ = std::move(*bound);
    wake();
    port_changed_.wait(lock, [this] { return !reopened_; });
    return {};
  }

  void stop() override {
    std::call_once(stopped_, [this] { stop_now(); });
  }

 private:
  struct Client {
    std::unique_ptr<ServerConnection> connection;
    std::thread thread;
  };
  using Clients = std::list<Client>;

  void accept_all() {
    while (!state_.stopping) {
      std::array<pollfd, 2> entries{pollfd{.fd = listener_.get(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
      if (poll(entries.data(), entries.size(), -1) < 0) continue;
      if (entries[1].revents != 0) {
        std::uint64_t count = 0;
        if (read(wake_.get(), &count, sizeof count) < 0) count = 0;
        reap();
        if (change_port()) continue;
      }
      if (entries[0].revents != 0 && !state_.stopping) accept_one();
    }
    const std::lock_guard lock(mutex_);
    listener_.reset();
    closing_port_ = false;
    reopened_.reset();
    port_changed_.notify_all();
  }

  /// Does what `close_port` and `open_port` wait for; false where nobody waits.
  bool change_port() {
    const std::lock_guard lock(mutex_);
    if (!closing_port_ && !reopened_) return false;
    if (std::exchange(closing_port_, false)) {
      // A process that is just being started may have a copy of it for a moment.
      shutdown(listener_.get(), SHUT_RDWR);
      listener_.reset();
      // At once, so that hardly anybody comes in between.
      if (auto kept = base::bind_tcp(state_.options.host, port_)) kept_ = std::move(*kept);
    }
    if (reopened_) listener_ = std::move(reopened_);
    port_changed_.notify_all();
    return true;
  }

  void accept_one() {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    base::Descriptor socket(accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                                    SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      if (errno == EMFILE || errno == ENFILE) {
        pollfd entry{.fd = wake_.get(), .events = POLLIN, .revents = 0};
        poll(&entry, 1, kNoDescriptorPauseMs);
      }
      return;
    }
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    if (live_.size() >= state_.options.max_connections) {
      turn_away(std::move(socket));
    } else {
      serve(std::move(socket), peer_of(address));
    }
  }

  void serve(base::Descriptor socket, std::string peer) {
    const auto client = live_.emplace(live_.end());
    client->connection = std::make_unique<ServerConnection>(std::move(socket), ++connections_,
                                                            std::move(peer), state_);
    try {
      client->thread = std::thread([this, client] {
        client->connection->run();
        finish(client);
      });
    } catch (const std::system_error&) {
      live_.erase(client);  // no thread to be had: the client finds the connection closed
    }
  }

  void finish(Clients::iterator client) {
    const std::lock_guard lock(mutex_);
    finished_.splice(finished_.end(), live_, client);
    if (live_.empty()) all_finished_.notify_all();
    wake();
  }

  void reap() {
    Clients finished;
    {
      const std::lock_guard lock(mutex_);
      finished.swap(finished_);
    }
    for (Client& client : finished) client.thread.join();
  }

  void turn_away(base::Descriptor socket) {
    if (state_.options.tls) return;  // a handshake, only to say no, would hold up everybody else
    std::string answer;
    append_response(answer, Response::text(503, "too many connections\n"), {.close = true},
                    base::http_time(state_.clock->now()));
    send(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(socket.get(), SHUT_WR);
    // Closed now, with the request unread, the answer would be lost to a reset.
    turned_away_.push_back(std::move(socket));
    if (turned_away_.size() > kTurnedAway) turned_away_.pop_front();
  }

  void wake() {
    const std::uint64_t one = 1;
    // Only a full counter fails, and that one wakes as well.
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
  }

  void stop_now() {
    state_.stopping = true;
    wake();
    acceptor_.join();
    {
      std::unique_lock lock(mutex_);
      for (Client& client : live_) client.connection->stop_reading();
      all_finished_.wait_for(lock, kGrace, [this] { return live_.empty(); });
      for (Client& client : live_) client.connection->cut();
      all_finished_.wait(lock, [this] { return live_.empty(); });
    }
    reap();
  }

  ServerState state_;
  base::Descriptor listener_;
  base::Descriptor wake_;
  std::uint16_t port_;
  std::once_flag stopped_;
  std::thread acceptor_;
  std::deque<base::Descriptor> turned_away_;  // the acceptor's own
  std::uint64_t connections_ = 0;

  std::mutex mutex_;
  std::condition_variable all_finished_;
  std::condition_variable port_changed_;
  bool closing_port_ = false;
  base::Descriptor kept_;      // has the port while it is closed
  base::Descriptor reopened_;  // the acceptor takes it over
  Clients live_;
  Clients finished_;
};

}  // namespace

Response Response::text(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(body),
          .takeover = {}};
}

Response Response::json(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = std::move(body),
          .takeover = {}};
}

base::Result<std::unique_ptr<Server>> Server::start(Handler handler, ServerOptions options) {
  auto listener = base::listen_tcp(options.host, options.port);
  if (!listener) return tl::unexpected(listener.error());
  base::Descriptor wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  // A client may be gone again between poll and accept, which must not block then.
  if (!wake || fcntl(listener->get(), F_SETFL, O_NONBLOCK) != 0) {
    return base::fail(fmt::format("{}:{}: {}", options.host, options.port, std::strerror(errno)));
  }
  try {
    return std::make_unique<ThreadedServer>(std::move(handler), std::move(options),
                                            std::move(*listener), std::move(wake));
  } catch (const std::system_error& error) {
    return base::fail(fmt::format("cannot start a server thread: {}", error.what()));
  }
}

}  // namespace http
