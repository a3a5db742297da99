#include "mock-idp/idp/persona_spec.h"

// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
//
// The tenant is 5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9; issuers of version 1 are below
// sts.windows.net, those of version 2 end in /v2.0.
namespace idp {
namespace {

constexpr std::string_view kVersion2 = "/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/v2.0";
constexpr std::string_view kVersion1 = "/sts.windows.net/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/";

constexpr std::string_view kDocument2 = R"({
  "token_endpoint": "<base>/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/token",
  "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt",
    "client_secret_basic", "self_signed_tls_client_auth"],
  "jwks_uri": "<base>/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/discovery/v2.0/keys",
  "response_modes_supported": ["query", "fragment", "form_post"],
  "subject_types_supported": ["pairwise"],
  "id_token_signing_alg_values_supported": ["RS256"],
  "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
  "scopes_supported": ["openid", "profile", "email", "offline_access"],
  "issuer": "<iss>",
  "request_uri_parameter_supported": false,
  "userinfo_endpoint": "<base>/oidc/userinfo",
  "authorization_endpoint": "<base>/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/authorize",
  "device_authorization_endpoint":
    "<base>/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/devicecode",
  "end_session_endpoint": "<base>/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/logout",
  "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name",
    "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce",
    "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
  "tenant_region_scope": "EU",
  "cloud_instance_name": "microsoftonline.com",
  "cloud_graph_host_name": "graph.windows.net",
  "msgraph_host": "graph.microsoft.com",
  "rbac_url": "https://pas.windows.net"})";

constexpr std::string_view kDocument1 = R"({
  "token_endpoint": "<base>/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/token",
  "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt",
    "client_secret_basic"],
  "jwks_uri": "<base>/common/discovery/keys",
  "response_modes_supported": ["query", "fragment", "form_post"],
  "subject_types_supported": ["pairwise"],
  "id_token_signing_alg_values_supported": ["RS256"],
  "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
  "scopes_supported": ["openid"],
  "issuer": "<iss>",
  "authorization_endpoint": "<base>/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/authorize",
  "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name",
    "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "amr",
    "nonce", "email", "given_name", "family_name", "nickname"],
  "cloud_instance_name": "microsoftonline.com",
  "cloud_graph_host_name": "graph.windows.net",
  "msgraph_host": "graph.microsoft.com",
  "rbac_url": "https://pas.windows.net"})";

std::vector<TokenSpec> entra_tokens() {
  return {{"access", "access token of version 2 for a user: scp is a string", kVersion2,
           R"({"typ": "JWT"})", R"({
         "aud": "<aud>", "iss": "<iss>", "iat": "<now>", "nbf": "<now>", "exp": "<exp>",
         "aio": "<random>", "azp": "<client>", "azpacr": "0", "name": "Alice Example",
         "oid": "1d4b7c2a-93e5-4f08-b6d1-7a2c5e8f9013", "preferred_username": "alice@example.com",
         "rh": "<random>", "scp": "<scope>", "sub": "<sub>",
         "tid": "5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9", "uti": "<random>", "ver": "2.0"})"},
          {"machine", "access token of version 2 for a client: roles, no scp", kVersion2,
           R"({"typ": "JWT"})", R"({
         "aud": "<aud>", "iss": "<iss>", "iat": "<now>", "nbf": "<now>", "exp": "<exp>",
         "aio": "<random>", "azp": "<client>", "azpacr": "1", "idtyp": "app",
         "oid": "8e0f6a35-2c7d-4b19-a8f4-3d5b9c6e7021", "rh": "<random>", "roles": "<scopes>",
         "sub": "8e0f6a35-2c7d-4b19-a8f4-3d5b9c6e7021",
         "tid": "5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9", "uti": "<random>", "ver": "2.0"})"},
          {"access-v1", "access token of version 1 for a user, of sts.windows.net", kVersion1,
           R"({"typ": "JWT", "x5t": "<kid>"})", R"({
         "aud": "<aud>", "iss": "<iss>", "iat": "<now>", "nbf": "<now>", "exp": "<exp>",
         "acr": "1", "aio": "<random>", "amr": ["pwd"], "appid": "<client>", "appidacr": "0",
         "ipaddr": "192.0.2.7", "name": "Alice Example",
         "oid": "1d4b7c2a-93e5-4f08-b6d1-7a2c5e8f9013", "rh": "<random>", "scp": "<scope>",
         "sub": "<sub>", "tid": "5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9",
         "unique_name": "alice@example.com", "upn": "alice@example.com", "uti": "<random>",
         "ver": "1.0"})"},
          {"id", "ID token of version 2", kVersion2, R"({"typ": "JWT"})", R"({
         "aud": "<client>", "iss": "<iss>", "iat": "<now>", "nbf": "<now>", "exp": "<exp>",
         "aio": "<random>", "name": "Alice Example", "nonce": "<nonce>",
         "oid": "1d4b7c2a-93e5-4f08-b6d1-7a2c5e8f9013", "preferred_username": "alice@example.com",
         "rh": "<random>", "sub": "<sub>", "tid": "5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9",
         "uti": "<random>", "ver": "2.0"})"}};
}

}  // namespace

PersonaSpec entra_spec() {
  return {.persona = Persona::entra,
          .name = "entra",
          .habits = {.scope_claim = "scp",
                     .scopes_are_text = true,
                     .client_claim = "azp",
                     .client_id = "c3d9a1f4-58b6-4e27-9a0c-1f6e2d7b8345",
                     .typ = "JWT"},
          .subject = "pW3nTq8sVz1LxKc7RyUd4BfHe0JgMo2aAiNhQrStEwY",
          .issuers = {{kVersion2, kVersion2, true, false, kDocument2},
                      {kVersion1, "/sts.windows.net/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9", true,
                       false, kDocument1},
                      {kVersion1, "/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9", true, false, kDocument1},
                      // For every tenant: the braces are no placeholder of ours, they are served.
                      {"/{tenantid}/v2.0", "/common/v2.0", true, false, kDocument2}},
          .paths = {{"/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/authorize", "/authorize"},
                    {"/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/token", "/token"},
                    {"/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/devicecode", "/device"},
                    {"/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/v2.0/logout", "/end_session"},
                    {"/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/discovery/v2.0/keys", "/jwks"},
                    {"/oidc/userinfo", "/userinfo"},
                    {"/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/authorize", "/authorize"},
                    {"/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/oauth2/token", "/token"},
                    {"/common/discovery/keys", "/jwks"}},
          .keys = {.kid = KidStyle::certificate,
                   .count = 2,
                   .alg = false,
                   .x5c = true,
                   .x5t = true,
                   .issuer = true},
          .tokens = entra_tokens()};
}

}  // namespace idp
