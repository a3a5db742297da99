#include "mock-idp/idp/persona_spec.h"

// https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
namespace idp {

PersonaSpec auth0_spec() {
  return {
      .persona = Persona::auth0,
      .name = "auth0",
      .habits = {.scope_claim = "permissions",
                 .client_claim = "azp",
                 .client_id = "mQk3ZyWvT8rNcH1LxUa7sJd5BfGe0PoY",
                 .typ = "JWT"},
      .subject = "auth0|64f0c1d2e3a4b5c6d7e8f901",
      .issuers = {{.path = "/", .document = "", .metadata = R"({
        "issuer": "<iss>",
        "authorization_endpoint": "<base>/authorize",
        "token_endpoint": "<base>/oauth/token",
        "device_authorization_endpoint": "<base>/oauth/device/code",
        "userinfo_endpoint": "<base>/userinfo",
        "jwks_uri": "<base>/.well-known/jwks.json",
        "registration_endpoint": "<base>/oidc/register",
        "revocation_endpoint": "<base>/oauth/revoke",
        "scopes_supported": ["openid", "profile", "offline_access", "name", "given_name",
          "family_name", "nickname", "email", "email_verified", "picture", "created_at",
          "identities", "phone", "address"],
        "response_types_supported": ["code", "token", "id_token", "code token", "code id_token",
          "token id_token", "code token id_token"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
          "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "PS256"],
        "claims_supported": ["aud", "auth_time", "created_at", "email", "email_verified", "exp",
          "family_name", "given_name", "iat", "identities", "iss", "name", "nickname",
          "phone_number", "picture", "sub"],
        "request_uri_parameter_supported": false,
        "id_token_signing_alg_values_supported": ["HS256", "RS256", "PS256"],
        "end_session_endpoint": "<base>/oidc/logout"})"}},
      .paths = {{"/authorize", "/authorize"},
                {"/oauth/token", "/token"},
                {"/oauth/device/code", "/device"},
                {"/userinfo", "/userinfo"},
                {"/.well-known/jwks.json", "/jwks"},
                {"/oidc/register", "/register"},
                {"/oauth/revoke", "/revoke"},
                {"/oidc/logout", "/end_session"}},
      .keys = {.kid = KidStyle::random21, .count = 2, .x5c = true, .x5t = true},
      .tokens = {
          {"access", "access token with permissions; its aud is an array", "/", R"({"typ": "JWT"})",
           R"({
              "iss": "<iss>", "sub": "<sub>", "aud": ["<auds>", "<base>/userinfo"],
              "iat": "<now>", "exp": "<exp>", "scope": "openid profile <scope>",
              "azp": "<client>", "permissions": "<scopes>"})"},
          {"access-rfc9068", "access token of the RFC 9068 profile", "/", R"({"typ": "at+jwt"})",
           R"({
              "iss": "<iss>", "sub": "<sub>", "aud": ["<auds>", "<base>/userinfo"],
              "iat": "<now>", "exp": "<exp>", "scope": "openid profile <scope>",
              "jti": "<random>", "client_id": "<client>", "permissions": "<scopes>"})"},
          {"machine", "access token of a client that acts for itself", "/", R"({"typ": "JWT"})",
           R"({
              "iss": "<iss>", "sub": "<client>@clients", "aud": "<aud>", "iat": "<now>",
              "exp": "<exp>", "scope": "<scope>", "gty": "client-credentials", "azp": "<client>",
              "permissions": "<scopes>"})"},
          {"id", "ID token", "/", R"({"typ": "JWT"})", R"({
              "nickname": "alice", "name": "Alice Example", "email": "alice@example.com",
              "email_verified": true, "updated_at": "2026-01-01T00:00:00.000Z", "iss": "<iss>",
              "aud": "<client>", "sub": "<sub>", "iat": "<now>", "exp": "<exp>",
              "sid": "<random>", "nonce": "<nonce>"})"}}};
}

}  // namespace idp
