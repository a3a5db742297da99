#include "common/tls/acceptor.h"

#include <openssl/err.h>

#include <utility>

#include "common/tls/client_context.h"
#include "common/tls/tls_stream.h"

namespace tls {
namespace {

class Accepted final : public ServerStream {
 public:
  Accepted(int socket, Ssl ssl) : stream_(socket, std::move(ssl)) {}
  base::IoStatus shake_hands(base::Deadline deadline) { return stream_.accept(deadline); }
  base::IoStatus read(char* buffer, std::size_t size, base::Deadline deadline,
                      std::size_t& got) override {
    return stream_.read(buffer, size, deadline, got);
  }
  base::IoStatus write(std::string_view bytes, base::Deadline deadline) override {
    return stream_.write(bytes, deadline);
  }
  const Session* session() const override { return stream_.session(); }
  void farewell(base::Deadline deadline) override { stream_.farewell(deadline); }

 private:
  TlsStream stream_;
};

class ContextAcceptor final : public Acceptor {
 public:
  explicit ContextAcceptor(SslContext context) : context_(std::move(context)) {}

  std::unique_ptr<ServerStream> accept(int socket, base::Deadline deadline) const override {
    Ssl ssl(SSL_new(context_.get()));
    if (!ssl) return nullptr;
    auto accepted = std::make_unique<Accepted>(socket, std::move(ssl));
    if (accepted->shake_hands(deadline) != base::IoStatus::ok) return nullptr;
    return accepted;
  }

 private:
  SslContext context_;
};

/// Whoever offers protocols without HTTP/1.1 among them is turned away (RFC 7301, section 3.2).
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* /*data*/) {
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(kHttp11.data()),
                            static_cast<unsigned>(kHttp11.size()), offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

int take_any_certificate(int /*trusted*/, X509_STORE_CTX* /*chain*/) { return 1; }

base::Result<void> ask_for_certificates(SSL_CTX* context, const ServerOptions& options) {
  using Wanted = ServerOptions::ClientCertificate;
  if (options.client_certificate == Wanted::none) return {};
  const int mode =
      SSL_VERIFY_PEER |
      (options.client_certificate == Wanted::required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
  if (options.client_ca.empty()) {
    SSL_CTX_set_verify(context, mode, take_any_certificate);
    return {};
  }
  if (!trust(context, options.client_ca)) {
    return base::fail("the clients' CA is not a PEM certificate");
  }
  for (const Certificate& authority : read_certificates(options.client_ca)) {
    SSL_CTX_add_client_CA(context, authority.get());
  }
  SSL_CTX_set_verify(context, mode, nullptr);
  return {};
}

}  // namespace

base::Result<std::shared_ptr<const Acceptor>> Acceptor::create(const ServerOptions& options) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return base::fail("OpenSSL cannot start TLS");
  if (options.oldest < Version::tls12) SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), number_of(options.oldest));
  SSL_CTX_set_max_proto_version(context.get(), number_of(options.newest));
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
  // Nothing is resumed: each connection shows its certificate anew.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  const auto used = use_identity(context.get(), options.identity.certificate, options.identity.key);
  if (!used) return tl::unexpected(used.error());
  if (auto asked = ask_for_certificates(context.get(), options); !asked) {
    return tl::unexpected(asked.error());
  }
  return std::make_shared<const ContextAcceptor>(std::move(context));
}

}  // namespace tls
