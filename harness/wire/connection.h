#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/url.h"
#include "common/tls/stream.h"
#include "harness/wire/exchange.h"

namespace wire {

struct Limits {
  std::size_t max_head_bytes = 256UL << 10;
  std::size_t max_body_bytes = 8UL << 20;
  std::size_t max_raw_bytes = 64UL << 10;  ///< of the raw response that is kept
};

/// How TLS is checked, the system's trust store by default, and the client's certificate.
using TlsOptions = tls::Options;

/// Looks at the body so far and says whether enough has come. For event streams that stay open.
using Enough = std::function<bool(const Response&)>;

/// One HTTP/1.1 connection to a server under test, kept alive between exchanges where the server
/// allows it, opened anew where it does not. It never retries a request on its own, except one
/// that was sent on a reused connection and got not a single byte back before the close (RFC 9112,
/// section 9.3.1). Not thread-safe: one thread, one connection.
class Connection {
 public:
  explicit Connection(base::Url server, TlsOptions tls = {}, Limits limits = {});
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Sends and observes. Never throws, never waits past the deadline, never stores more than the
  /// limits allow; what went wrong is in the exchange.
  Exchange exchange(const Request& request, base::Deadline deadline, const Enough& enough = {});
  /// Forgets the open connection, so the next exchange starts a new one.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Microseconds of the monotonic clock since the process began to use the observer.
std::int64_t now_us();

}  // namespace wire
