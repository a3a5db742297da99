#include "common/vault/cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "common/base/random.h"

namespace vault {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHexDigits = 64;
constexpr std::size_t kLeastText = 32;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int size(std::string_view text) { return static_cast<int>(text.size()); }

/// Without working cryptography nothing may be stored, least of all in the clear.
void demand(bool done) {
  if (!done) std::abort();
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

OSSL_PARAM octets(const char* name, std::string_view value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
}

}  // namespace

base::Result<MasterKey> MasterKey::from_text(std::string_view text) {
  const bool hex = text.size() == kHexDigits &&
                   std::all_of(text.begin(), text.end(), [](char c) { return digit(c) >= 0; });
  if (hex) {
    std::string secret;
    for (std::size_t i = 0; i < text.size(); i += 2) {
      secret += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
    }
    return MasterKey(std::move(secret));
  }
  if (text.size() < kLeastText) {
    return base::fail(
        "the encryption key has to be 64 hexadecimal digits or at least 32 characters; "
        "make one with: openssl rand -hex 32");
  }
  return MasterKey(std::string(text));
}

MasterKey::~MasterKey() { wipe(secret_); }

std::string MasterKey::derive(std::string_view salt, std::string_view purpose) const {
  const std::unique_ptr<EVP_KDF, FreeContext> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  demand(kdf != nullptr);
  const std::unique_ptr<EVP_KDF_CTX, FreeContext> context(EVP_KDF_CTX_new(kdf.get()));
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_KEY, secret_), octets(OSSL_KDF_PARAM_SALT, salt),
      octets(OSSL_KDF_PARAM_INFO, purpose), OSSL_PARAM_construct_end()};
  std::string key(kKeyBytes, '\0');
  demand(EVP_KDF_derive(context.get(), bytes(key), key.size(), parameters) == 1);
  return key;
}

std::string seal(std::string_view key, std::string_view text, std::string_view bound) {
  demand(key.size() == kKeyBytes);
  const std::string nonce = base::random_bytes(kNonceBytes);
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string ciphertext(text.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int written = 0;
  demand(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)) ==
         1);
  demand(EVP_EncryptUpdate(context.get(), nullptr, &written, bytes(bound), size(bound)) == 1);
  demand(EVP_EncryptUpdate(context.get(), bytes(ciphertext), &written, bytes(text), size(text)) ==
         1);
  demand(EVP_EncryptFinal_ex(context.get(), bytes(tag), &written) == 1);
  demand(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, bytes(tag)) == 1);
  return nonce + ciphertext + tag;
}

std::optional<std::string> open(std::string_view key, std::string_view sealed,
                                std::string_view bound) {
  if (key.size() != kKeyBytes || sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const std::string_view ciphertext =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string text(ciphertext.size(), '\0');
  std::string rest(kTagBytes, '\0');
  int written = 0;
  const bool authentic =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce)) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, bytes(tag)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, bytes(bound), size(bound)) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes(text), &written, bytes(ciphertext),
                        size(ciphertext)) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes(rest), &written) == 1;
  if (authentic) return text;
  wipe(text);
  return std::nullopt;
}

std::string hmac(std::string_view key, std::string_view text) {
  std::string code(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  demand(HMAC(EVP_sha256(), key.data(), size(key), bytes(text), text.size(), bytes(code),
              &length) != nullptr);
  code.resize(length);
  return code;
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace vault
