#include "suites/selftest/setting.h"

#include <algorithm>

namespace embedded {
extern const std::string_view profile_auth0;
extern const std::string_view profile_okta;
extern const std::string_view profile_entra;
extern const std::string_view profile_keycloak;
extern const std::string_view profile_cognito;
extern const std::string_view profile_google;
extern const std::string_view profile_github;
}  // namespace embedded

namespace selftest {

const std::vector<Setting>& settings() {
  static const std::vector<Setting> list = {
      {.name = "persona-auth0", .profile = embedded::profile_auth0},
      {.name = "persona-okta", .profile = embedded::profile_okta},
      {.name = "persona-entra", .profile = embedded::profile_entra},
      {.name = "persona-keycloak", .profile = embedded::profile_keycloak},
      {.name = "persona-cognito", .profile = embedded::profile_cognito},
      {.name = "persona-google",
       .mode = check::Mode::userinfo,
       .profile = embedded::profile_google},
      {.name = "persona-github",
       .mode = check::Mode::userinfo,
       .profile = embedded::profile_github},
      {.name = "second-issuer",
       .declare = [](check::Profile& profile) { profile.second_issuer = true; },
       .own_cases_only = true},
      {.name = "discovery", .environment = {{"JWKS_URI", ""}}, .own_cases_only = true},
      {.name = "rate-limit",
       .environment = {{"RATE_LIMIT_RPS", "50"}, {"RATE_LIMIT_BURST", "100"}},
       .own_cases_only = true},
      {.name = "upstream",
       .environment = {{"UPSTREAM_AUTH", "client-credentials"}},
       .own_cases_only = true},
      {.name = "dpop", .environment = {{"DPOP", "required"}}},
      {.name = "dpop-nonce", .environment = {{"DPOP", "required"}, {"DPOP_NONCE", "required"}}},
      {.name = "mtls", .environment = {{"MTLS", "required"}}},
      {.name = "tls", .environment = {{"HTTPS", "on"}}},
  };
  return list;
}

const Setting* find_setting(std::string_view name) {
  const auto& all = settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace selftest
