#include "mock-idp/idp/persona_spec.h"

// https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
namespace idp {

PersonaSpec github_spec() {
  return {.persona = Persona::github,
          .name = "github",
          .habits = {.scope_claim = "scope",
                     .scopes_are_text = true,
                     .client_claim = "client_id",
                     .has_aud = false,
                     .opaque = true,
                     .client_id = "Ov23liMcpAuthspec0001"},
          .subject = "583231",
          // Tokens are opaque and there are no ID tokens, so there is no OpenID Connect document.
          .issuers = {{.path = "/login/oauth",
                       .document = "/login/oauth",
                       .openid = false,
                       .metadata = R"({
        "issuer": "<iss>",
        "authorization_endpoint": "<iss>/authorize",
        "token_endpoint": "<iss>/access_token",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "scopes_supported": ["repo", "read:user", "user:email", "read:org", "gist"],
        "code_challenge_methods_supported": ["S256"]})"}},
          .paths = {{"/login/oauth/authorize", "/authorize"},
                    {"/login/oauth/access_token", "/token"},
                    {"/login/device/code", "/device"},
                    {"/user", "/user"}},
          .tokens = {{"access", "what is known of an access token; the token itself is opaque",
                      "/login/oauth", "{}", R"({
                    "sub": "<sub>", "client_id": "<client>", "scope": "<scope>",
                    "iat": "<now>", "exp": "<exp>"})"}},
          .opaque_prefix = "gho_",
          .opaque_length = 36};
}

}  // namespace idp
