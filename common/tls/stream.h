#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/socket.h"
#include "common/base/url.h"

namespace tls {

/// How a server's certificate is checked; the system's trust store by default.
struct Options {
  bool verify = true;
  std::string ca_file;  ///< PEM; trusted instead of the system's store
};

/// A connected byte stream, plain or encrypted. Every call ends by its deadline.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Reads what is there, at least one byte, at most `size`; `got` is how many.
  virtual base::IoStatus read(char* buffer, std::size_t size, base::Deadline deadline,
                              std::size_t& got) = 0;
  /// Writes all of it. Closed: not all of it, since the peer takes no more; it may have answered
  /// already.
  virtual base::IoStatus write(std::string_view bytes, base::Deadline deadline) = 0;
};

/// What went wrong on the way to a stream.
enum class OpenFailure { none, unreachable, refused, timeout, reset, closed, tls };

struct Opened {
  std::unique_ptr<Stream> stream;  ///< null with a failure
  OpenFailure failure = OpenFailure::none;
  std::string text;  ///< one line for a person
};

/// Opens streams to one server.
class Connector {
 public:
  explicit Connector(base::Url server, Options options = {});
  ~Connector();
  Connector(Connector&&) noexcept;
  Connector& operator=(Connector&&) noexcept;

  /// Connects; with https, shakes hands (server name indicated, certificate and name verified).
  Opened open(base::Deadline deadline);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// "10 s" or "300 ms": how long somebody was waited for.
std::string span_text(std::chrono::milliseconds span);

}  // namespace tls
