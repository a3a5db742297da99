#include "harness/check/stdio_token.h"

#include "common/base/json.h"

namespace check {

jose::Recipe stdio_token(const std::string& secret, std::string_view subject,
                         const std::vector<std::string>& permissions, long long now) {
  std::string list;
  for (const std::string& permission : permissions) {
    list += (list.empty() ? "" : ",") + base::json_string(permission);
  }
  jose::Recipe recipe;
  recipe.now = now;
  recipe.header.set_string("alg", "HS256");
  recipe.header.set_string("typ", "JWT");
  recipe.claims.set_string("sub", subject);
  recipe.claims.set_string("user_id", subject);
  recipe.claims.set("permissions", "[" + list + "]");
  recipe.claims.set_number("iat", now);
  recipe.expiring_in(std::chrono::hours{24});
  recipe.signed_with_secret(secret);
  return recipe;
}

}  // namespace check
