#include <fmt/core.h>
#include <openssl/hmac.h>

#include "mock-idp/jose/key.h"
#include "mock-idp/jose/openssl.h"

namespace jose {

base::Result<std::string> hmac(std::string_view alg, std::string_view secret,
                               std::string_view input) {
  const EVP_MD* const digest = alg == "HS256"   ? EVP_sha256()
                               : alg == "HS384" ? EVP_sha384()
                               : alg == "HS512" ? EVP_sha512()
                                                : nullptr;
  if (digest == nullptr) return base::fail(fmt::format("no HMAC algorithm \"{}\"", alg));
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  // An empty secret is a key like any other here; OpenSSL wants a pointer for it all the same.
  const void* const key = secret.empty() ? "" : secret.data();
  if (HMAC(digest, key, static_cast<int>(secret.size()), bytes(input), input.size(), bytes(out),
           &size) == nullptr) {
    return base::fail("HMAC failed");
  }
  out.resize(size);
  return out;
}

namespace {

std::string digest(std::string_view text, const EVP_MD* algorithm) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
  EVP_Digest(text.data(), text.size(), bytes(out), nullptr, algorithm, nullptr);
  return out;
}

}  // namespace

std::string sha256(std::string_view text) { return digest(text, EVP_sha256()); }
std::string sha1(std::string_view text) { return digest(text, EVP_sha1()); }

}  // namespace jose
