#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/socket.h"
#include "common/base/url.h"
#include "common/tls/certificate.h"

namespace tls {

/// Versions of the protocol, as they are negotiated.
enum class Version { tls10, tls11, tls12, tls13 };
std::string_view to_string(Version version);  ///< "TLS 1.2"

/// How a server's certificate is checked, the system's trust store by default; and how the client
/// shows who it is.
struct Options {
  bool verify = true;
  std::string ca_file;   ///< PEM; trusted instead of the system's store
  std::string ca;        ///< PEM text; trusted beside the file, or instead of the system's store
  Identity certificate;  ///< the client's own; shown where the server asks for one
  /// Versions before 1.2 are broken, and offered only to find out whether a server takes them.
  Version oldest = Version::tls12;
  Version newest = Version::tls13;
};

/// What was agreed on in a handshake.
struct Session {
  std::string version;      ///< "TLSv1.3"
  std::string cipher;       ///< "TLS_AES_256_GCM_SHA384"
  std::string protocol;     ///< of ALPN: "http/1.1"; empty where none was chosen
  std::string certificate;  ///< of the peer, DER; empty where it showed none
  std::string problem;      ///< why the peer's certificate is not to be trusted; empty: it is
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
  /// Null for a stream that is not encrypted.
  virtual const Session* session() const { return nullptr; }
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
