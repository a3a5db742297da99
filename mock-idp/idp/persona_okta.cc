#include "mock-idp/idp/persona_spec.h"

// https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
namespace idp {
namespace {

// The custom authorization server "default", and the organisation's own.
constexpr std::string_view kCustom = R"({
  "issuer": "<iss>",
  "authorization_endpoint": "<iss>/v1/authorize",
  "token_endpoint": "<iss>/v1/token",
  "userinfo_endpoint": "<iss>/v1/userinfo",
  "registration_endpoint": "<base>/oauth2/v1/clients",
  "jwks_uri": "<iss>/v1/keys",
  "response_types_supported": ["code", "id_token", "code id_token", "code token",
    "id_token token", "code id_token token"],
  "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
  "grant_types_supported": ["authorization_code", "implicit", "refresh_token", "password",
    "client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange"],
  "subject_types_supported": ["public"],
  "id_token_signing_alg_values_supported": ["RS256"],
  "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access",
    "device_sso"],
  "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
    "client_secret_jwt", "private_key_jwt", "none"],
  "claims_supported": ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "sub"],
  "code_challenge_methods_supported": ["S256"],
  "introspection_endpoint": "<iss>/v1/introspect",
  "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
    "client_secret_jwt", "private_key_jwt", "none"],
  "revocation_endpoint": "<iss>/v1/revoke",
  "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
    "client_secret_jwt", "private_key_jwt", "none"],
  "end_session_endpoint": "<iss>/v1/logout",
  "request_parameter_supported": false,
  "device_authorization_endpoint": "<iss>/v1/device/authorize",
  "pushed_authorization_request_endpoint": "<iss>/v1/par"})";

constexpr std::string_view kOrganisation = R"({
  "issuer": "<iss>",
  "authorization_endpoint": "<iss>/oauth2/v1/authorize",
  "token_endpoint": "<iss>/oauth2/v1/token",
  "userinfo_endpoint": "<iss>/oauth2/v1/userinfo",
  "registration_endpoint": "<iss>/oauth2/v1/clients",
  "jwks_uri": "<iss>/oauth2/v1/keys",
  "response_types_supported": ["code", "id_token", "code id_token", "code token",
    "id_token token", "code id_token token"],
  "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
  "subject_types_supported": ["public"],
  "id_token_signing_alg_values_supported": ["RS256"],
  "scopes_supported": ["openid", "email", "profile", "address", "phone", "offline_access",
    "groups"],
  "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
    "private_key_jwt", "none"],
  "code_challenge_methods_supported": ["S256"],
  "introspection_endpoint": "<iss>/oauth2/v1/introspect",
  "revocation_endpoint": "<iss>/oauth2/v1/revoke"})";

constexpr std::string_view kServer = "/oauth2/default";

}  // namespace

PersonaSpec okta_spec() {
  return {
      .persona = Persona::okta,
      .name = "okta",
      .habits = {.scope_claim = "scp", .client_claim = "cid", .client_id = "0oa4k8tq2zVx9LmRw5d7"},
      .subject = "alice@example.com",
      .issuers = {{.path = kServer, .document = kServer, .metadata = kCustom},
                  {.path = "", .document = "", .metadata = kOrganisation}},
      .paths = {{"/oauth2/default/v1/authorize", "/authorize"},
                {"/oauth2/default/v1/token", "/token"},
                {"/oauth2/default/v1/userinfo", "/userinfo"},
                {"/oauth2/default/v1/keys", "/jwks"},
                {"/oauth2/default/v1/introspect", "/introspect"},
                {"/oauth2/default/v1/revoke", "/revoke"},
                {"/oauth2/default/v1/logout", "/end_session"},
                {"/oauth2/default/v1/device/authorize", "/device"},
                {"/oauth2/default/v1/par", "/par"},
                {"/oauth2/v1/clients", "/register"},
                {"/oauth2/v1/keys", "/jwks"}},
      .keys = {.kid = KidStyle::thumbprint},
      .tokens = {
          {"access", "access token of the custom server: scp is an array", kServer, "{}", R"({
              "ver": 1, "jti": "AT.<random>", "iss": "<iss>", "aud": "<aud>", "iat": "<now>",
              "exp": "<exp>", "cid": "<client>", "uid": "00u3h7yk1nPq8sTv4d5",
              "scp": "<scopes>", "auth_time": "<now>", "sub": "<sub>"})"},
          {"access-org", "access token of the organisation's server, for its own API only", "",
           R"({"typ": "application/okta-internal-at+jwt"})", R"({
              "ver": 1, "jti": "AT.<random>", "iss": "<iss>", "aud": "<iss>", "sub": "<sub>",
              "iat": "<now>", "exp": "<exp>", "cid": "<client>", "uid": "00u3h7yk1nPq8sTv4d5",
              "scp": "<scopes>", "auth_time": "<now>"})"},
          {"machine", "access token of a client that acts for itself", kServer, "{}", R"({
              "ver": 1, "jti": "AT.<random>", "iss": "<iss>", "aud": "<aud>", "iat": "<now>",
              "exp": "<exp>", "cid": "<client>", "scp": "<scopes>", "sub": "<client>"})"},
          {"id", "ID token", kServer, "{}", R"({
              "sub": "00u3h7yk1nPq8sTv4d5", "name": "Alice Example", "email": "alice@example.com",
              "ver": 1, "iss": "<iss>", "aud": "<client>", "iat": "<now>", "exp": "<exp>",
              "jti": "ID.<random>", "amr": ["pwd"], "idp": "00o1b2c3d4E5f6G7h8i9",
              "nonce": "<nonce>", "preferred_username": "alice@example.com",
              "auth_time": "<now>", "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q"})"}}};
}

}  // namespace idp
