#pragma once

#include <string>
#include <string_view>

#include "common/base/socket.h"
#include "common/tls/openssl.h"
#include "common/tls/stream.h"

namespace tls {

/// TLS over a non-blocking socket. OpenSSL sees memory only: the socket is ours, so its deadline
/// holds and a client that is gone is no SIGPIPE.
class TlsStream final : public Stream {
 public:
  TlsStream(base::Descriptor socket, Ssl ssl);
  /// On a socket that somebody else owns, and closes after this.
  TlsStream(int socket, Ssl ssl);
  /// Shakes hands, as the client or the server. With IoStatus::error, `handshake_error` says why.
  base::IoStatus connect(base::Deadline deadline);
  base::IoStatus accept(base::Deadline deadline);
  std::string handshake_error() const;

  base::IoStatus read(char* buffer, std::size_t size, base::Deadline deadline,
                      std::size_t& got) override;
  base::IoStatus write(std::string_view bytes, base::Deadline deadline) override;
  const Session* session() const override { return &session_; }
  /// Says that nothing more will come (RFC 8446, section 6.1), without waiting for an answer.
  void farewell(base::Deadline deadline);

 private:
  template <typename Operation>
  base::IoStatus drive(Operation operation, base::Deadline deadline);
  base::IoStatus send_pending(base::Deadline deadline);
  base::IoStatus receive(base::Deadline deadline);
  void note_session();

  base::Descriptor owned_;
  int socket_;
  Ssl ssl_;
  Session session_;
  unsigned long last_error_ = 0;
};

}  // namespace tls
