#include "harness/check/setting.h"

#include <algorithm>

namespace check {

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> list = {
      {"persona-auth0", "needs a server that is configured for Auth0 (persona in the profile)"},
      {"persona-okta", "needs a server that is configured for Okta (persona in the profile)"},
      {"persona-entra", "needs a server that is configured for Entra ID (persona in the profile)"},
      {"persona-keycloak",
       "needs a server that is configured for Keycloak (persona in the profile)"},
      {"persona-cognito", "needs a server that is configured for Cognito (persona in the profile)"},
      {"persona-google", "needs a server that is configured for Google (persona in the profile)"},
      {"persona-github", "needs a server that is configured for GitHub (persona in the profile)"},
      {"second-issuer",
       "needs a server that trusts two issuers of ours (/second_issuer in the profile)"},
      {"discovery",
       "the server does not ask for its issuer's metadata: it was told where the keys are"},
      {"rate-limit", "no rate limit is declared (the profile can declare one in /rate_limit)"},
      {"upstream",
       "no tool is known that asks an upstream which we gave the server (--spawn, and "
       "/relay in the profile)"},
      {"dpop", "needs a server that does DPoP (RFC 9449): its metadata or its challenges say so"},
      {"dpop-nonce", "needs a server that wants its nonces in DPoP proofs"},
      {"mtls", "needs a server that wants tokens bound to certificates (RFC 8705)"},
      {"tls", "needs a server over https"},
  };
  return list;
}

const Setting* find_setting(std::string_view name) {
  const auto& all = all_settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace check
