#include "common/tls/certificate_facts.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include "common/tls/openssl.h"

namespace tls {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

Certificate from_der(std::string_view der) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  Certificate read(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
  ERR_clear_error();
  return read;
}

std::string subject_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// Empty where it is no address.
std::string address_of(const ASN1_STRING* string) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int length = ASN1_STRING_length(string);
  const int family = length == sizeof(in_addr) ? AF_INET : AF_INET6;
  if (length != sizeof(in_addr) && length != sizeof(in6_addr)) return {};
  inet_ntop(family, ASN1_STRING_get0_data(string), text.data(), text.size());
  return text.data();
}

void add_name(const GENERAL_NAME* name, CertificateFacts& facts) {
  int kind = 0;
  const void* const value = GENERAL_NAME_get0_value(name, &kind);
  const auto* const string = static_cast<const ASN1_STRING*>(value);
  if (kind == GEN_DNS) facts.dns.push_back(text_of(string));
  if (kind == GEN_URI) facts.uris.push_back(text_of(string));
  if (kind == GEN_IPADD) facts.addresses.push_back(address_of(string));
  if (kind == GEN_EMAIL) facts.emails.push_back(text_of(string));
}

std::string public_key_of(X509* certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &data);
  std::string der(reinterpret_cast<const char*>(data),
                  size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(data);
  return der;
}

}  // namespace

base::Result<CertificateFacts> read_certificate_facts(std::string_view der) {
  const Certificate certificate = from_der(der);
  if (certificate == nullptr) return base::fail("it is no X.509 certificate in DER");
  CertificateFacts facts{.subject = subject_of(certificate.get()),
                         .public_key = public_key_of(certificate.get())};
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    add_name(sk_GENERAL_NAME_value(names.get(), i), facts);
  }
  ERR_clear_error();
  return facts;
}

bool is_signed_by(std::string_view der, std::string_view authorities) {
  const Certificate certificate = from_der(der);
  if (certificate == nullptr) return false;
  const Store store(X509_STORE_new());
  for (const Certificate& authority : read_certificates(authorities)) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  const bool good = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace tls
