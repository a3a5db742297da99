#include <fmt/core.h>
#include <openssl/rsa.h>

#include <array>

#include "mock-idp/jose/key_material.h"

namespace jose {
namespace {

/// Fetched once: looking a digest up by name takes a lock for every signature otherwise.
const EVP_MD* digest_of(std::string_view name) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha384 = EVP_MD_fetch(nullptr, "SHA384", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  return name == "SHA384" ? sha384 : name == "SHA512" ? sha512 : sha256;
}

/// OpenSSL signs ECDSA as a DER sequence; JWS wants r and s side by side, each `width` bytes.
base::Result<std::string> side_by_side(std::string_view der, int width) {
  const unsigned char* at = bytes(der);
  const std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!signature) return base::fail("OpenSSL made a signature that it cannot read");
  return to_bytes(ECDSA_SIG_get0_r(signature.get()), width) +
         to_bytes(ECDSA_SIG_get0_s(signature.get()), width);
}

bool use_pss(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

base::Result<std::string> digest_sign(const Key::Material& material, const Algorithm& algorithm,
                                      std::string_view input) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  const EVP_MD* const digest = algorithm.digest == nullptr ? nullptr : digest_of(algorithm.digest);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(material.pkey.get())), '\0');
  std::size_t size = signature.size();
  const bool done =
      EVP_DigestSignInit(context.get(), &settings, digest, nullptr, material.pkey.get()) == 1 &&
      (algorithm.scheme != Scheme::pss || use_pss(settings)) &&
      EVP_DigestSign(context.get(), bytes(signature), &size, bytes(input), input.size()) == 1;
  if (!done) {
    ERR_clear_error();
    return base::fail(fmt::format("this key is too small for {}", algorithm.name));
  }
  signature.resize(size);
  return signature;
}

}  // namespace

base::Result<std::string> Key::sign(std::string_view alg, std::string_view input) const {
  const Algorithm* const algorithm = find_algorithm(alg);
  if (algorithm == nullptr) return base::fail(fmt::format("no signing algorithm \"{}\"", alg));
  if (!can_sign(*material_, *algorithm)) {
    return base::fail(fmt::format("an {} key cannot sign {}", key_type_name(*material_), alg));
  }
  auto signature = digest_sign(*material_, *algorithm, input);
  if (!signature || algorithm->scheme != Scheme::ecdsa) return signature;
  return side_by_side(*signature, material_->width);
}

base::Result<std::string> Key::raw_rsa(std::string_view block) const {
  if (!is_rsa()) return base::fail("only an RSA key has a raw operation");
  if (block.size() != static_cast<std::size_t>(material_->width)) {
    return base::fail(
        fmt::format("the block has {} bytes, the modulus {}", block.size(), material_->width));
  }
  const PkeyContext context(EVP_PKEY_CTX_new(material_->pkey.get(), nullptr));
  std::string out(block.size(), '\0');
  std::size_t size = out.size();
  const bool done =
      EVP_PKEY_sign_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1 &&
      EVP_PKEY_sign(context.get(), bytes(out), &size, bytes(block), block.size()) == 1;
  ERR_clear_error();
  if (!done) return base::fail("the block is not below the modulus");
  return out;
}

}  // namespace jose
