#include "harness/check/secrets.h"

#include "common/base/hex.h"
#include "common/base/random.h"
#include "mock-idp/jose/key.h"

namespace check {

Secrets random_secrets() {
  Secrets secrets{
      .bearer_token = "tok_" + base::random_hex(24),
      .api_key = "key_" + base::random_hex(24),
      .second_api_key = "key_" + base::random_hex(24),
      .revoked_api_key = "key_" + base::random_hex(24),
      .basic_user = "alice",
      .basic_password = "pass:" + base::random_hex(16),
      .jwt_secret = base::random_hex(32),
      .client_id = "mcp-server",
      .client_secret = "secret+" + base::random_hex(24) + "/%",
  };
  secrets.api_key_sha256 = base::to_hex(jose::sha256(secrets.api_key));
  return secrets;
}

void add_secrets(const Supplied& supplied, base::Redactor& redactor) {
  if (!supplied.given()) return;
  redactor.add(supplied.text);
  const std::size_t colon = supplied.text.find(':');
  if (colon != std::string::npos) redactor.add(supplied.text.substr(colon + 1));
}

}  // namespace check
