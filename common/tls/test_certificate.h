#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "common/tls/openssl.h"
#include "common/tls/test_server.h"

namespace tls {

/// For tests: a self-signed certificate and its PEM file.
class TestCertificate {
 public:
  /// `names` as OpenSSL writes a subjectAltName.
  explicit TestCertificate(const char* names = "IP:127.0.0.1,DNS:localhost")
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509* x509 = certificate_.get();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_set_version(x509, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(x509, key_.get(), EVP_sha256());
    std::FILE* file = fdopen(mkstemp(path_.data()), "w");
    PEM_write_X509(file, x509);
    std::fclose(file);
  }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;
  ~TestCertificate() { unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

  /// A script that shakes hands, reads a head, answers with `answer`, and so on with the next
  /// head until the client goes.
  TestServer::Script answering(std::string answer) const {
    std::signal(SIGPIPE, SIG_IGN);
    return [this, answer = std::move(answer)](TestPeer& peer) {
      const SslContext context(SSL_CTX_new(TLS_server_method()));
      SSL_CTX_use_certificate(context.get(), certificate_.get());
      SSL_CTX_use_PrivateKey(context.get(), key_.get());
      const Ssl ssl(SSL_new(context.get()));
      SSL_set_fd(ssl.get(), peer.fd());
      if (SSL_accept(ssl.get()) != 1) return;
      std::string head;
      char byte = 0;
      while (SSL_read(ssl.get(), &byte, 1) == 1) {
        head += byte;
        if (head.size() < 4 || head.compare(head.size() - 4, 4, "\r\n\r\n") != 0) continue;
        head.clear();
        if (SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size())) <= 0) return;
      }
    };
  }

 private:
  struct Deleter {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* x509) const { X509_free(x509); }
  };
  std::unique_ptr<EVP_PKEY, Deleter> key_;
  std::unique_ptr<X509, Deleter> certificate_;
  std::string path_ = "/tmp/authspec-certificate-XXXXXX";
};

}  // namespace tls
