#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/socket.h"
#include "common/http/request_parser.h"
#include "common/http/server.h"

namespace http {

/// What all connections of a server have in common.
struct ServerState {
  Handler handler;
  ServerOptions options;
  const base::Clock* clock = nullptr;
  std::atomic<bool> stopping{false};
};

/// One client, from accept to close. `run` is the connection's thread; `stop_reading` and `cut`
/// may come from another one.
class ServerConnection {
 public:
  ServerConnection(base::Descriptor socket, std::uint64_t number, std::string peer,
                   const ServerState& server);
  void run();
  /// Whoever waits for the client wakes up; what is being answered can still be sent.
  void stop_reading();
  /// Nothing more in either direction.
  void cut();

 private:
  enum class Read { request, refused, over };
  class Takeover;

  bool shake_hands();
  Read read_request();
  bool fill(base::Deadline deadline, base::IoStatus& status);
  base::IoStatus receive(char* buffer, std::size_t size, base::Deadline deadline, std::size_t& got);
  base::IoStatus send(std::string_view bytes, base::Deadline deadline);
  bool answer();
  Response call_handler() const;
  void refuse(int status);
  void linger();
  void close();
  void shut_down(int how);
  base::Deadline write_deadline() const;
  const std::string& date();

  std::mutex closing_;  // the number of a closed socket may already belong to somebody else
  base::Descriptor socket_;
  std::unique_ptr<tls::ServerStream> tls_;  // null: plain
  const ServerState& server_;
  RequestParser parser_;
  Request request_;
  std::vector<char> input_;
  std::size_t begin_ = 0;  // of what is not parsed yet
  std::size_t end_ = 0;
  std::string output_;
  std::string date_;
  long long date_seconds_ = -1;
};

}  // namespace http
