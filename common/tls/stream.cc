#include "common/tls/stream.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "common/base/result.h"
#include "common/tls/client_context.h"
#include "common/tls/tls_stream.h"

namespace tls {
namespace {

using base::Deadline;
using base::IoStatus;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(base::Descriptor socket) : socket_(std::move(socket)) {}
  IoStatus read(char* buffer, std::size_t size, Deadline deadline, std::size_t& got) override {
    return base::read_some(socket_.get(), buffer, size, deadline, got);
  }
  IoStatus write(std::string_view bytes, Deadline deadline) override {
    for (;;) {
      const ssize_t count =
          send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
      if (bytes.empty()) return IoStatus::ok;
      if (count > 0 || (count < 0 && errno == EINTR)) continue;
      // The ways in which a connection breaks are told apart there.
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return base::write_all(socket_.get(), bytes, deadline);
      }
      pollfd entry{.fd = socket_.get(), .events = POLLIN | POLLOUT, .revents = 0};
      const auto left = std::min<long long>(deadline.left().count(), INT_MAX);
      if (poll(&entry, 1, static_cast<int>(left)) == 0) return IoStatus::timeout;
      // It has stopped to read and has something to say.
      if (entry.revents == POLLIN) return IoStatus::closed;
      if ((entry.revents & (POLLERR | POLLHUP)) != 0) {
        return base::write_all(socket_.get(), bytes, deadline);
      }
    }
  }

 private:
  base::Descriptor socket_;
};

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// The name that the certificate has to carry; addresses are not indicated (RFC 6066, section 3).
void set_name(SSL* ssl, const std::string& host) {
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
  }
}

Opened failed(OpenFailure failure, std::string text) {
  return {.stream = nullptr, .failure = failure, .text = std::move(text)};
}

}  // namespace

class Connector::Impl {
 public:
  Impl(base::Url server, Options options)
      : server_(std::move(server)), options_(std::move(options)) {}

  Opened open(Deadline deadline) {
    const auto span = deadline.left();
    IoStatus status{};
    auto socket = base::connect_tcp(server_.host, server_.port, deadline, &status);
    if (!socket) {
      if (status == IoStatus::reset) {
        return failed(OpenFailure::refused,
                      fmt::format("nothing listens on {} (connection refused)", address()));
      }
      if (status == IoStatus::timeout) {
        return failed(OpenFailure::timeout, fmt::format("{} accepts no connection within {}",
                                                        address(), span_text(span)));
      }
      return failed(OpenFailure::unreachable,
                    fmt::format("cannot be reached: {}", socket.error().message));
    }
    if (server_.scheme != "https") {
      return {.stream = std::make_unique<PlainStream>(std::move(*socket)),
              .failure = OpenFailure::none,
              .text = {}};
    }
    return shake_hands(std::move(*socket), deadline, span);
  }

 private:
  std::string address() const { return fmt::format("{}:{}", server_.host, server_.port); }

  Opened shake_hands(base::Descriptor socket, Deadline deadline, std::chrono::milliseconds span) {
    const auto context = client_context(options_);
    if (!context) return failed(OpenFailure::tls, context.error().message);
    Ssl ssl(SSL_new(context->get()));
    if (!ssl) return failed(OpenFailure::tls, "OpenSSL cannot start TLS");
    set_name(ssl.get(), server_.host);
    auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(ssl));
    switch (stream->connect(deadline)) {
      case IoStatus::ok:
        return {.stream = std::move(stream), .failure = OpenFailure::none, .text = {}};
      case IoStatus::timeout:
        return failed(OpenFailure::timeout, fmt::format("no TLS handshake with {} within {}",
                                                        address(), span_text(span)));
      case IoStatus::reset:
        return failed(OpenFailure::reset,
                      fmt::format("{} reset the connection in the TLS handshake", address()));
      case IoStatus::closed:
        return failed(OpenFailure::closed,
                      fmt::format("{} closed the connection in the TLS handshake", address()));
      case IoStatus::error:
        break;
    }
    return failed(OpenFailure::tls,
                  fmt::format("TLS with {}: {}", address(), stream->handshake_error()));
  }

  base::Url server_;
  Options options_;
};

Connector::Connector(base::Url server, Options options)
    : impl_(std::make_unique<Impl>(std::move(server), std::move(options))) {}
Connector::~Connector() = default;
Connector::Connector(Connector&&) noexcept = default;
Connector& Connector::operator=(Connector&&) noexcept = default;
Opened Connector::open(Deadline deadline) { return impl_->open(deadline); }

std::string span_text(std::chrono::milliseconds span) {
  if (span.count() < 1000) return fmt::format("{} ms", span.count());
  const std::string seconds = fmt::format("{:.1f}", static_cast<double>(span.count()) / 1000);
  const bool whole = seconds.substr(seconds.size() - 2) == ".0";
  return seconds.substr(0, seconds.size() - (whole ? 2 : 0)) + " s";
}

}  // namespace tls
