#include "common/tls/client_context.h"

#include <fmt/core.h>
#include <openssl/err.h>

#include <map>
#include <mutex>
#include <tuple>

namespace tls {
namespace {

/// More differing contexts than this are not kept: each test of a client certificate is one.
constexpr std::size_t kMaxContexts = 64;

base::Result<void> load_trust(SSL_CTX* context, const Options& options) {
  if (options.ca_file.empty() && options.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  if (!options.ca.empty() && !trust(context, options.ca)) {
    return base::fail("the CA is not a PEM certificate");
  }
  if (options.ca_file.empty()) return {};
  if (SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr) == 1) return {};
  ERR_clear_error();
  return base::fail(fmt::format("{}: not a PEM certificate", options.ca_file));
}

base::Result<SslContext> make_context(const Options& options) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return base::fail("OpenSSL cannot start TLS");
  // Level 0 has the ciphers and hashes of the versions that are broken.
  if (options.oldest < Version::tls12) SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), number_of(options.oldest));
  SSL_CTX_set_max_proto_version(context.get(), number_of(options.newest));
  // Many servers end a connection without the farewell of TLS; the length says if all has come.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(kHttp11.data()),
                          static_cast<unsigned>(kHttp11.size()));
  // Without it the certificate is looked at all the same, and what is wrong with it kept.
  if (options.verify) SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (auto loaded = load_trust(context.get(), options); !loaded) {
    return tl::unexpected(loaded.error());
  }
  if (options.certificate.certificate.empty()) return context;
  const auto used =
      use_identity(context.get(), options.certificate.certificate, options.certificate.key);
  if (!used) return base::fail("the client's certificate: " + used.error().message);
  return context;
}

}  // namespace

int number_of(Version version) {
  switch (version) {
    case Version::tls10:
      return TLS1_VERSION;
    case Version::tls11:
      return TLS1_1_VERSION;
    case Version::tls12:
      return TLS1_2_VERSION;
    case Version::tls13:
      break;
  }
  return TLS1_3_VERSION;
}

base::Result<SslContext> client_context(const Options& options) {
  using Kind = std::tuple<bool, std::string, std::string, std::string, Version, Version>;
  static std::mutex mutex;
  static std::map<Kind, SslContext> contexts;
  const std::lock_guard lock(mutex);
  if (contexts.size() >= kMaxContexts) contexts.clear();
  SslContext& context = contexts[{options.verify, options.ca_file, options.ca,
                                  options.certificate.certificate, options.oldest, options.newest}];
  if (!context) {
    auto made = make_context(options);
    if (!made) return tl::unexpected(made.error());
    context = std::move(*made);
  }
  SSL_CTX_up_ref(context.get());
  return SslContext(context.get());
}

std::string_view to_string(Version version) {
  switch (version) {
    case Version::tls10:
      return "TLS 1.0";
    case Version::tls11:
      return "TLS 1.1";
    case Version::tls12:
      return "TLS 1.2";
    case Version::tls13:
      break;
  }
  return "TLS 1.3";
}

}  // namespace tls
