#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/headers.h"
#include "common/base/result.h"
#include "common/tls/acceptor.h"

namespace http {

/// A request as it came: the target undecoded, header fields raw and in order.
struct Request {
  std::string method;
  std::string target;  ///< as on the request line
  std::string path;    ///< the target up to the question mark, undecoded
  std::string query;   ///< after the question mark, undecoded
  base::Headers headers;
  std::string body;
  std::string peer;              ///< the client's address, without port
  std::uint64_t connection = 0;  ///< counts the server's connections from 1
  bool encrypted = false;        ///< it came over TLS
  std::string certificate;       ///< that the client showed, DER; empty: none
  const std::string* header(std::string_view name) const {
    return base::find_header(headers, name);
  }
};

/// What a handler that answers for itself may do with the connection.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Sends bytes as they are; false once the client is gone or the server stops.
  virtual bool write(std::string_view bytes) = 0;
  /// Waits until the client closes, the server stops or the span is over; true if it was over.
  virtual bool wait(std::chrono::milliseconds span) = 0;
  /// Adds what the client sends to `bytes`; false if nothing came within the span, and once the
  /// client is gone.
  virtual bool read(std::string& bytes, std::chrono::milliseconds span) = 0;
  /// Ends the connection with a TCP reset instead of an orderly close.
  virtual void reset() = 0;
};

struct Response {
  int status = 200;
  base::Headers headers;  ///< Content-Length, Date and Connection are added where absent
  std::string body;
  /// When set, status, headers and body are not sent: this writes whatever it likes, head included,
  /// and the connection is closed afterwards.
  std::function<void(Stream&)> takeover;

  static Response text(int status, std::string body);
  static Response json(int status, std::string body);
};

/// Answers one request; called from many threads at once. It must not throw; if it does, the
/// client gets a plain 500 that says nothing.
using Handler = std::function<Response(const Request&)>;

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                     ///< 0: the system chooses
  std::size_t max_connections = 512;          ///< more are closed at once, with 503 if plain
  std::size_t max_header_bytes = 64UL << 10;  ///< more: 431
  std::size_t max_body_bytes = 4UL << 20;     ///< more: 413
  std::chrono::milliseconds request_timeout{30'000};  ///< from the first byte to the last
  std::chrono::milliseconds idle_timeout{75'000};     ///< between requests of one connection
  const base::Clock* clock = nullptr;                 ///< for the Date header; null: the system's
  std::shared_ptr<const tls::Acceptor> tls;           ///< null: plain HTTP
  bool plain_too = false;  ///< with `tls`: clients that begin in plain HTTP are served as well
};

/// An HTTP/1.1 server: a thread per connection, keep-alive, every wait bounded, every buffer
/// bounded. Ambiguous framing (both Content-Length and Transfer-Encoding, two lengths) and a
/// missing Host are refused with 400 (RFC 9112, sections 3.2 and 6.1).
class Server {
 public:
  /// Starts to listen before it returns. The error names the address.
  static base::Result<std::unique_ptr<Server>> start(Handler handler, ServerOptions options = {});
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// "http://127.0.0.1:PORT", or with https
  virtual std::string origin() const = 0;
  /// Closes the port and every connection, as if there were no server: clients are refused. For as
  /// long as nobody opens it again; meanwhile the system gives it to nobody else.
  virtual void close_port() = 0;
  virtual base::Result<void> open_port() = 0;
  /// No new connection, running answers get a moment to end, all threads are joined. Idempotent.
  virtual void stop() = 0;
};

}  // namespace http
