#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/base/socket.h"
#include "common/tls/stream.h"

namespace tls {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Ssl = std::unique_ptr<SSL, SslDeleter>;
using SslContext = std::unique_ptr<SSL_CTX, SslDeleter>;

/// TLS over a non-blocking socket. OpenSSL sees memory only: the socket is ours, so its deadline
/// holds and a client that is gone is no SIGPIPE.
class TlsStream final : public Stream {
 public:
  TlsStream(base::Descriptor socket, Ssl ssl);
  /// Shakes hands. With IoStatus::error, `handshake_error` says why.
  base::IoStatus connect(base::Deadline deadline);
  std::string handshake_error() const;

  base::IoStatus read(char* buffer, std::size_t size, base::Deadline deadline,
                      std::size_t& got) override;
  base::IoStatus write(std::string_view bytes, base::Deadline deadline) override;

 private:
  template <typename Operation>
  base::IoStatus drive(Operation operation, base::Deadline deadline);
  base::IoStatus send_pending(base::Deadline deadline);
  base::IoStatus receive(base::Deadline deadline);

  base::Descriptor socket_;
  Ssl ssl_;
  unsigned long last_error_ = 0;
};

}  // namespace tls
