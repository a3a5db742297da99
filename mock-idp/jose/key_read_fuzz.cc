// Keys that users bring: JWK and PEM. What is taken has to sign, and has to know its own signature.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mock-idp/jose/key.h"

namespace {

void use(const base::Result<jose::Key>& key) {
  if (!key) {
    if (key.error().message.empty()) std::abort();
    return;
  }
  const auto signature = key->sign(key->alg(), "input");
  if (signature && !key->verify(key->alg(), "input", *signature)) std::abort();
  if (key->public_jwk().empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The numbers of larger keys take their time, which says nothing about the parser.
  constexpr std::size_t kEnough = 3000;
  if (size > kEnough) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  use(jose::Key::from_jwk(text));
  use(jose::Key::from_pem(text));
  if (const auto key = jose::Key::from_public_jwk(text)) key->verify(key->alg(), "input", text);
  return 0;
}
