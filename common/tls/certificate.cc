#include "common/tls/certificate.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>

#include "common/base/base64.h"
#include "common/tls/openssl.h"

namespace tls {
namespace {

using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;

struct Request {
  std::string common_name;
  std::string alternative_names;  ///< as OpenSSL's configuration writes them; empty: none
  const char* constraints = "critical,CA:FALSE";
  const char* key_usage = "critical,digitalSignature";
  const char* extended_usage = nullptr;
  Validity validity;
};

Pkey new_key() { return Pkey(EVP_EC_gen("P-256")); }

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

void set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  bytes[0] &= 0x7f;  // serial numbers are positive (RFC 5280, section 4.1.2.2)
  const Number number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

/// Null where OpenSSL refuses, such as for a name that is none. A null issuer: by itself.
Certificate make(const Request& request, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate made(X509_new());
  X509* const x509 = made.get();
  X509_set_version(x509, X509_VERSION_3);
  set_serial(x509);
  X509_gmtime_adj(X509_getm_notBefore(x509), static_cast<long>(request.validity.from));
  X509_gmtime_adj(X509_getm_notAfter(x509), static_cast<long>(request.validity.until));
  X509_NAME* const subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("mcp-authspec, for tests"), -1,
                             -1, 0);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.common_name.c_str()),
                             -1, -1, 0);
  X509_set_issuer_name(x509, issuer != nullptr ? X509_get_subject_name(issuer) : subject);
  X509_set_pubkey(x509, key);
  X509* const signer = issuer != nullptr ? issuer : x509;
  const bool extended =
      add_extension(x509, signer, NID_basic_constraints, request.constraints) &&
      add_extension(x509, signer, NID_key_usage, request.key_usage) &&
      add_extension(x509, signer, NID_subject_key_identifier, "hash") &&
      add_extension(x509, signer, NID_authority_key_identifier, "keyid:always") &&
      (request.extended_usage == nullptr ||
       add_extension(x509, signer, NID_ext_key_usage, request.extended_usage)) &&
      (request.alternative_names.empty() ||
       add_extension(x509, signer, NID_subject_alt_name, request.alternative_names.c_str()));
  if (!extended || X509_sign(x509, issuer_key, EVP_sha256()) == 0) return nullptr;
  return made;
}

std::string certificate_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string key_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const bool address = inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
                         inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
    text += (text.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  return text;
}

Request server_request(const std::vector<std::string>& names, Validity validity) {
  return {.common_name = names.empty() ? "server" : names.front(),
          .alternative_names = alternative_names(names),
          .extended_usage = "serverAuth",
          .validity = validity};
}

base::Result<Identity> identity(const Request& request, X509* issuer, EVP_PKEY* issuer_key) {
  const Pkey key = new_key();
  if (key == nullptr) return base::fail("OpenSSL cannot make a key");
  const Certificate made =
      make(request, key.get(), issuer, issuer_key != nullptr ? issuer_key : key.get());
  if (made == nullptr) {
    return base::fail("OpenSSL cannot make a certificate for " + request.common_name);
  }
  return Identity{.certificate = certificate_pem(made.get()), .key = key_pem(key.get())};
}

}  // namespace

struct Authority::Impl {
  Pkey key;
  Certificate certificate;
  std::string pem;
};

base::Result<Authority> Authority::make(std::string_view name) {
  auto impl = std::make_shared<Impl>();
  impl->key = new_key();
  if (impl->key == nullptr) return base::fail("OpenSSL cannot make a key");
  impl->certificate = tls::make({.common_name = std::string(name),
                                 .constraints = "critical,CA:TRUE,pathlen:0",
                                 .key_usage = "critical,keyCertSign,cRLSign",
                                 .validity = {.until = 3650LL * 86'400}},
                                impl->key.get(), nullptr, impl->key.get());
  if (impl->certificate == nullptr) return base::fail("OpenSSL cannot make a certificate");
  impl->pem = certificate_pem(impl->certificate.get());
  return Authority(std::move(impl));
}

base::Result<Authority> Authority::from_pem(std::string_view certificate, std::string_view key) {
  auto impl = std::make_shared<Impl>();
  auto certificates = read_certificates(certificate);
  if (certificates.empty()) return base::fail("holds no certificate in PEM");
  impl->certificate = std::move(certificates.front());
  const Bio bio(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  // A passphrase that is never right, so that nobody is asked for one.
  impl->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")));
  if (impl->key == nullptr) return base::fail("the key is no private key in PEM");
  if (X509_check_private_key(impl->certificate.get(), impl->key.get()) != 1) {
    return base::fail("certificate and key do not belong together");
  }
  impl->pem = certificate_pem(impl->certificate.get());
  return Authority(std::move(impl));
}

const std::string& Authority::certificate() const { return impl_->pem; }
std::string Authority::private_key() const { return key_pem(impl_->key.get()); }

base::Result<Identity> Authority::server(const std::vector<std::string>& names,
                                         Validity validity) const {
  return identity(server_request(names, validity), impl_->certificate.get(), impl_->key.get());
}

base::Result<Identity> Authority::client(std::string_view name) const {
  return identity({.common_name = std::string(name), .extended_usage = "clientAuth"},
                  impl_->certificate.get(), impl_->key.get());
}

base::Result<Identity> self_signed(const std::vector<std::string>& names) {
  return identity(server_request(names, {}), nullptr, nullptr);
}

std::string certificate_der(std::string_view pem) {
  const auto certificates = read_certificates(pem);
  return certificates.empty() ? std::string() : to_der(certificates.front().get());
}

std::string certificate_thumbprint(std::string_view der) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(der.data(), der.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return base::base64url_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace tls
