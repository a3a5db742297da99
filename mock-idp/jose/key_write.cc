#include <fmt/core.h>
#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/pem.h>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "mock-idp/jose/key_material.h"

namespace jose {
namespace {

using Encoder = std::unique_ptr<OSSL_ENCODER_CTX, Freer<OSSL_ENCODER_CTX_free>>;

std::string encode(const EVP_PKEY* pkey, const char* format, const char* structure) {
  const Encoder encoder(
      OSSL_ENCODER_CTX_new_for_pkey(pkey, EVP_PKEY_PUBLIC_KEY, format, structure, nullptr));
  const Bio bio(BIO_new(BIO_s_mem()));
  OSSL_ENCODER_to_bio(encoder.get(), bio.get());
  ERR_clear_error();
  return content(bio.get());
}

std::string number_member(const Key::Material& material, const char* name, int width = 0) {
  return base::base64url_encode(to_bytes(number_of(material.pkey.get(), name).get(), width));
}

std::string raw_public(const EVP_PKEY* pkey) {
  std::string out(32, '\0');
  std::size_t size = out.size();
  EVP_PKEY_get_raw_public_key(pkey, bytes(out), &size);
  return out;
}

/// `d` of an EC or Ed25519 key.
std::string private_number(const Key::Material& material) {
  if (material.type == KeyType::ec) {
    return number_member(material, OSSL_PKEY_PARAM_PRIV_KEY, material.width);
  }
  std::string out(32, '\0');
  std::size_t size = out.size();
  EVP_PKEY_get_raw_private_key(material.pkey.get(), bytes(out), &size);
  return base::base64url_encode(out);
}

/// Dates far apart and a fixed subject: the certificate says what the key is for.
Certificate self_signed(const Key::Material& material) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), "20200101000000Z");
  ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), "20991231235959Z");
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes("mcp-authspec test key"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), material.pkey.get());
  const EVP_MD* const digest = material.type == KeyType::ed25519 ? nullptr : EVP_sha256();
  X509_sign(certificate.get(), material.pkey.get(), digest);
  ERR_clear_error();
  return certificate;
}

}  // namespace

std::string_view key_type_name(const Key::Material& material) {
  switch (material.type) {
    case KeyType::rsa:
      return "RSA";
    case KeyType::ec:
      return "EC";
    case KeyType::ed25519:
      return "OKP";
  }
  return {};
}

std::string public_members(const Key::Material& material) {
  if (material.type == KeyType::rsa) {
    return fmt::format(R"("n":"{}","e":"{}")", number_member(material, OSSL_PKEY_PARAM_RSA_N),
                       number_member(material, OSSL_PKEY_PARAM_RSA_E));
  }
  if (material.type == KeyType::ed25519) {
    return fmt::format(R"("crv":"Ed25519","x":"{}")",
                       base::base64url_encode(raw_public(material.pkey.get())));
  }
  return fmt::format(R"("crv":"{}","x":"{}","y":"{}")", material.curve,
                     number_member(material, OSSL_PKEY_PARAM_EC_PUB_X, material.width),
                     number_member(material, OSSL_PKEY_PARAM_EC_PUB_Y, material.width));
}

std::string thumbprint(const Key::Material& material) {
  std::string text;
  if (material.type == KeyType::rsa) {
    text = fmt::format(R"({{"e":"{}","kty":"RSA","n":"{}"}})",
                       number_member(material, OSSL_PKEY_PARAM_RSA_E),
                       number_member(material, OSSL_PKEY_PARAM_RSA_N));
  } else if (material.type == KeyType::ed25519) {
    text = fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})",
                       base::base64url_encode(raw_public(material.pkey.get())));
  } else {
    text = fmt::format(R"({{"crv":"{}","kty":"EC","x":"{}","y":"{}"}})", material.curve,
                       number_member(material, OSSL_PKEY_PARAM_EC_PUB_X, material.width),
                       number_member(material, OSSL_PKEY_PARAM_EC_PUB_Y, material.width));
  }
  return base::base64url_encode(sha256(text));
}

std::string Key::public_jwk() const {
  return fmt::format(R"({{"kty":"{}","use":"sig","alg":{},"kid":{},{}}})",
                     key_type_name(*material_), base::json_string(alg_), base::json_string(kid_),
                     public_members(*material_));
}

std::string Key::bare_jwk() const {
  return fmt::format(R"({{"kty":"{}",{}}})", key_type_name(*material_), public_members(*material_));
}

std::string Key::private_jwk() const {
  if (is_rsa()) return {};
  std::string jwk = bare_jwk();
  jwk.pop_back();
  return jwk + R"(,"d":")" + private_number(*material_) + "\"}";
}

std::string Key::thumbprint() const { return jose::thumbprint(*material_); }

std::string Key::private_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), material_->pkey.get(), nullptr, nullptr, 0, nullptr,
                                nullptr);
  return content(bio.get());
}

std::string Key::public_pem() const {
  return encode(material_->pkey.get(), "PEM", "SubjectPublicKeyInfo");
}

std::string Key::public_der() const {
  return encode(material_->pkey.get(), "DER", "SubjectPublicKeyInfo");
}

std::string Key::public_pkcs1_pem() const {
  return is_rsa() ? encode(material_->pkey.get(), "PEM", "type-specific") : std::string();
}

std::string Key::modulus() const {
  return is_rsa() ? to_bytes(number_of(material_->pkey.get(), OSSL_PKEY_PARAM_RSA_N).get())
                  : std::string();
}

std::string Key::certificate_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), self_signed(*material_).get());
  return content(bio.get());
}

std::string Key::certificate_der() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  i2d_X509_bio(bio.get(), self_signed(*material_).get());
  return content(bio.get());
}

}  // namespace jose
