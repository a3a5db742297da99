#include "common/tls/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>

namespace tls {
namespace {

Bio reader_of(std::string_view text) {
  if (text.size() > INT_MAX) return nullptr;
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A key that needs a passphrase has none from us: nobody is there to be asked.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

}  // namespace

std::vector<Certificate> read_certificates(std::string_view pem) {
  std::vector<Certificate> found;
  const Bio bio = reader_of(pem);
  while (bio != nullptr) {
    Certificate next(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (next == nullptr) break;
    found.push_back(std::move(next));
  }
  ERR_clear_error();
  return found;
}

std::string to_der(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

base::Result<void> use_identity(SSL_CTX* context, std::string_view chain, std::string_view key) {
  const auto certificates = read_certificates(chain);
  if (certificates.empty()) return base::fail("the certificate is not PEM");
  const Bio bio = reader_of(key);
  const Pkey pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (pkey == nullptr) return base::fail("the key is not PEM, or needs a passphrase");
  if (SSL_CTX_use_certificate(context, certificates.front().get()) != 1) {
    ERR_clear_error();
    return base::fail("the certificate cannot be used");
  }
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    SSL_CTX_add1_chain_cert(context, certificates[i].get());
  }
  if (SSL_CTX_use_PrivateKey(context, pkey.get()) == 1) return {};
  ERR_clear_error();
  return base::fail("the key is not that of the certificate");
}

bool trust(SSL_CTX* context, std::string_view pem) {
  const auto certificates = read_certificates(pem);
  for (const Certificate& certificate : certificates) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
  }
  return !certificates.empty();
}

}  // namespace tls
