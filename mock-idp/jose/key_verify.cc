#include <openssl/rsa.h>

#include "mock-idp/jose/key_material.h"

namespace jose {
namespace {

/// r and s side by side as the DER sequence that OpenSSL wants; empty if the length is wrong.
std::string as_der(std::string_view pair, int width) {
  const auto half = static_cast<std::size_t>(width);
  if (pair.size() != 2 * half) return {};
  const std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>> signature(ECDSA_SIG_new());
  Number r(BN_bin2bn(bytes(pair), width, nullptr));
  Number s(BN_bin2bn(bytes(pair.substr(half)), width, nullptr));
  if (ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  // They belong to the signature now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  std::string out(reinterpret_cast<const char*>(der),
                  size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(der);
  return out;
}

}  // namespace

bool Key::verify(std::string_view alg, std::string_view input, std::string_view signature) const {
  const Algorithm* const algorithm = find_algorithm(alg);
  if (algorithm == nullptr || !can_sign(*material_, *algorithm)) return false;
  std::string der;
  if (algorithm->scheme == Scheme::ecdsa) {
    der = as_der(signature, material_->width);
    if (der.empty()) return false;
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  const EVP_MD* const digest =
      algorithm->digest == nullptr ? nullptr : EVP_get_digestbyname(algorithm->digest);
  const bool good =
      EVP_DigestVerifyInit(context.get(), &settings, digest, nullptr, material_->pkey.get()) == 1 &&
      (algorithm->scheme != Scheme::pss ||
       (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
        EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input),
                       input.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace jose
