#include "mock-idp/idp/persona_spec.h"

// https://www.keycloak.org/securing-apps/oidc-layers
namespace idp {
namespace {

constexpr std::string_view kRealm = "/realms/mcp";

constexpr std::string_view kMetadata = R"({
  "issuer": "<iss>",
  "authorization_endpoint": "<iss>/protocol/openid-connect/auth",
  "token_endpoint": "<iss>/protocol/openid-connect/token",
  "introspection_endpoint": "<iss>/protocol/openid-connect/token/introspect",
  "userinfo_endpoint": "<iss>/protocol/openid-connect/userinfo",
  "end_session_endpoint": "<iss>/protocol/openid-connect/logout",
  "jwks_uri": "<iss>/protocol/openid-connect/certs",
  "grant_types_supported": ["authorization_code", "client_credentials", "implicit", "password",
    "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange", "urn:openid:params:grant-type:ciba"],
  "acr_values_supported": ["0", "1"],
  "response_types_supported": ["code", "none", "id_token", "token", "id_token token",
    "code id_token", "code token", "code id_token token"],
  "subject_types_supported": ["public", "pairwise"],
  "id_token_signing_alg_values_supported": ["PS384", "RS384", "EdDSA", "ES384", "HS256", "HS512",
    "ES256", "RS256", "HS384", "ES512", "PS256", "PS512", "RS512"],
  "response_modes_supported": ["query", "fragment", "form_post", "query.jwt", "fragment.jwt",
    "form_post.jwt", "jwt"],
  "registration_endpoint": "<iss>/clients-registrations/openid-connect",
  "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic",
    "client_secret_post", "tls_client_auth", "client_secret_jwt"],
  "introspection_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic",
    "client_secret_post", "tls_client_auth", "client_secret_jwt"],
  "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "name", "given_name",
    "family_name", "preferred_username", "email", "acr", "azp", "nonce"],
  "claim_types_supported": ["normal"],
  "scopes_supported": ["openid", "acr", "address", "basic", "email", "microprofile-jwt",
    "offline_access", "organization", "phone", "profile", "roles", "service_account",
    "web-origins"],
  "request_uri_parameter_supported": false,
  "code_challenge_methods_supported": ["plain", "S256"],
  "revocation_endpoint": "<iss>/protocol/openid-connect/revoke",
  "revocation_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic",
    "client_secret_post", "tls_client_auth", "client_secret_jwt"],
  "device_authorization_endpoint": "<iss>/protocol/openid-connect/auth/device",
  "pushed_authorization_request_endpoint": "<iss>/protocol/openid-connect/ext/par/request"})";

std::vector<TokenSpec> keycloak_tokens() {
  return {{"access", "access token with roles, for us and for the account service", kRealm,
           R"({"typ": "JWT"})", R"({
         "exp": "<exp>", "iat": "<now>", "auth_time": "<now>", "jti": "onrtac:<uuid>",
         "iss": "<iss>", "aud": ["<auds>", "account"], "sub": "<sub>", "typ": "Bearer",
         "azp": "<client>", "sid": "<uuid>", "acr": "1",
         "allowed-origins": ["http://localhost:3000"],
         "realm_access": {"roles": ["default-roles-mcp", "offline_access", "uma_authorization"]},
         "resource_access": {"account": {"roles": ["manage-account", "manage-account-links",
           "view-profile"]}},
         "scope": "openid profile email <scope>", "email_verified": true,
         "name": "Alice Example", "preferred_username": "alice", "given_name": "Alice",
         "family_name": "Example", "email": "alice@example.com"})"},
          {"access-account", "access token as it is without an audience mapper: aud is account",
           kRealm, R"({"typ": "JWT"})", R"({
         "exp": "<exp>", "iat": "<now>", "jti": "onrtac:<uuid>", "iss": "<iss>",
         "aud": "account", "sub": "<sub>", "typ": "Bearer", "azp": "<client>", "sid": "<uuid>",
         "acr": "1", "realm_access": {"roles": ["default-roles-mcp", "offline_access"]},
         "scope": "openid profile email <scope>", "preferred_username": "alice"})"},
          {"id", "ID token", kRealm, R"({"typ": "JWT"})", R"({
         "exp": "<exp>", "iat": "<now>", "auth_time": "<now>", "jti": "<uuid>", "iss": "<iss>",
         "aud": "<client>", "sub": "<sub>", "typ": "ID", "azp": "<client>", "nonce": "<nonce>",
         "sid": "<uuid>", "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "acr": "1",
         "email_verified": true, "preferred_username": "alice", "email": "alice@example.com"})"},
          {"refresh", "refresh token: its aud is the realm", kRealm, R"({"typ": "JWT"})", R"({
         "exp": "<exp>", "iat": "<now>", "jti": "<uuid>", "iss": "<iss>", "aud": "<iss>",
         "sub": "<sub>", "typ": "Refresh", "azp": "<client>", "sid": "<uuid>",
         "scope": "openid profile email <scope>"})"}};
}

}  // namespace

PersonaSpec keycloak_spec() {
  return {.persona = Persona::keycloak,
          .name = "keycloak",
          .habits = {.scope_claim = "scope",
                     .scopes_are_text = true,
                     .client_claim = "azp",
                     .client_id = "mcp-inspector",
                     .typ = "JWT"},
          .subject = "6f1d2c3b-4a59-4e87-9b60-c7d8e9f0a1b2",
          .issuers = {{.path = kRealm, .document = kRealm, .metadata = kMetadata}},
          .paths = {{"/realms/mcp/protocol/openid-connect/auth", "/authorize"},
                    {"/realms/mcp/protocol/openid-connect/token", "/token"},
                    {"/realms/mcp/protocol/openid-connect/token/introspect", "/introspect"},
                    {"/realms/mcp/protocol/openid-connect/userinfo", "/userinfo"},
                    {"/realms/mcp/protocol/openid-connect/logout", "/end_session"},
                    {"/realms/mcp/protocol/openid-connect/certs", "/jwks"},
                    {"/realms/mcp/protocol/openid-connect/revoke", "/revoke"},
                    {"/realms/mcp/protocol/openid-connect/auth/device", "/device"},
                    {"/realms/mcp/protocol/openid-connect/ext/par/request", "/par"},
                    {"/realms/mcp/clients-registrations/openid-connect", "/register"}},
          .keys = {.kid = KidStyle::thumbprint,
                   .x5c = true,
                   .x5t = true,
                   .x5t_s256 = true,
                   .encryption_key = true},
          .tokens = keycloak_tokens()};
}

}  // namespace idp
