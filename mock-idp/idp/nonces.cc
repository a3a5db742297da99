#include "mock-idp/idp/nonces.h"

#include "common/base/base64.h"
#include "common/base/random.h"
#include "mock-idp/jose/key.h"

namespace idp {
namespace {

constexpr long long kNonceSeconds = 300;
constexpr std::size_t kNonceSecretBytes = 32;

}  // namespace

Nonces::Nonces(const base::Clock& clock)
    : clock_(clock), secret_(base::random_bytes(kNonceSecretBytes)) {}

long long Nonces::window() const { return clock_.epoch_seconds() / kNonceSeconds; }

std::string Nonces::of_window(long long window) const {
  return base::base64url_encode(
      jose::hmac("HS256", secret_, std::to_string(window)).value_or(std::string()));
}

std::string Nonces::current() const { return of_window(window()); }

bool Nonces::is_good(std::string_view nonce) const {
  return nonce == current() || nonce == of_window(window() - 1);
}

}  // namespace idp
