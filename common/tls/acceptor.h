#pragma once

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/tls/certificate.h"
#include "common/tls/stream.h"

namespace tls {

/// How a server speaks TLS: version 1.2 or later, HTTP/1.1 only.
struct ServerOptions {
  Identity identity;
  /// Whether clients are asked for a certificate. `optional` and `required` take any certificate
  /// whose key the client has, self-signed ones as well (RFC 8705, section 3, leaves it at that),
  /// unless `client_ca` says whose they have to be.
  enum class ClientCertificate { none, optional, required };
  ClientCertificate client_certificate = ClientCertificate::none;
  std::string client_ca;            ///< PEM text
  Version oldest = Version::tls12;  ///< an older one is a defect that somebody asked for
  Version newest = Version::tls13;
};

/// The server's end of a connection that has been shaken hands on.
class ServerStream : public Stream {
 public:
  /// Says that nothing more will come, without waiting for an answer.
  virtual void farewell(base::Deadline deadline) = 0;
};

/// Shakes hands with clients. Thread-safe: each connection in a thread of its own.
class Acceptor {
 public:
  /// The error says what is wrong with certificate, key or CA.
  static base::Result<std::shared_ptr<const Acceptor>> create(const ServerOptions& options);
  virtual ~Acceptor() = default;
  /// Shakes hands on a connected, non-blocking socket, which the caller owns and closes after the
  /// stream is gone. Null where that fails or the deadline passes: there is nobody to tell.
  virtual std::unique_ptr<ServerStream> accept(int socket, base::Deadline deadline) const = 0;
};

}  // namespace tls
