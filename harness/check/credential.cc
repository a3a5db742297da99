#include "harness/check/credential.h"

#include <fmt/core.h>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/profile.h"

namespace check {

Credential nothing() { return {}; }

Credential bearer(std::string_view token) { return authorization(fmt::format("Bearer {}", token)); }

Credential authorization(std::string_view value) {
  return {"Authorization", {{"Authorization", std::string(value)}}};
}

Credential carry(Mode mode, const Profile& profile, std::string_view secret) {
  switch (mode) {
    case Mode::none:
    case Mode::stdio_env:
      return nothing();
    case Mode::api_key:
      return {
          profile.api_key_header,
          {{profile.api_key_header, base::replace_all(profile.api_key_template, "{key}", secret)}}};
    case Mode::basic:
      return authorization("Basic " + base::base64_encode(secret));
    case Mode::in_band:
    case Mode::stdio_argument:
    case Mode::stdio_jwt:
      return {.label = profile.credential_argument,
              .arguments = fmt::format("{{{}:{}}}", base::json_string(profile.credential_argument),
                                       base::json_string(secret))};
    default:
      return bearer(secret);
  }
}

}  // namespace check
