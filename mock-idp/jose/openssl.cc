#include "mock-idp/jose/openssl.h"

namespace jose {

std::string content(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Number number_of(const EVP_PKEY* pkey, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return Number(number);
}

std::string to_bytes(const BIGNUM* number, int width) {
  if (number == nullptr) return {};
  std::string out(static_cast<std::size_t>(width > 0 ? width : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, bytes(out), static_cast<int>(out.size()));
  return out;
}

}  // namespace jose
