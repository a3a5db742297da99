#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace tls {

/// Gives an OpenSSL object back with its own free function.
template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Ssl = std::unique_ptr<SSL, Freer<SSL_free>>;
using SslContext = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Pkey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;

/// The certificates of a PEM text, in order; none where it holds none.
std::vector<Certificate> read_certificates(std::string_view pem);
/// DER of a certificate.
std::string to_der(X509* certificate);
/// Makes the chain and the key of an identity those of the context. The error says which of the
/// two is broken, or that they do not belong together.
base::Result<void> use_identity(SSL_CTX* context, std::string_view chain, std::string_view key);
/// Adds the certificates to those that the context trusts; false where there is none.
bool trust(SSL_CTX* context, std::string_view pem);

}  // namespace tls
