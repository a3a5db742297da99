#include "mock-idp/idp/persona_spec.h"

// https://docs.aws.amazon.com/cognito/latest/developerguide/
namespace idp {
namespace {

constexpr std::string_view kPool = "/eu-central-1_mCpAuth01";

}  // namespace

PersonaSpec cognito_spec() {
  return {.persona = Persona::cognito,
          .name = "cognito",
          .habits = {.scope_claim = "scope",
                     .scopes_are_text = true,
                     .client_claim = "client_id",
                     .has_aud = false,
                     .client_id = "5k2v8n1q7r4t9w3x6y0z2b4d6f"},
          .subject = "b3c4d8f2-7061-70aa-8c1e-5d2f9a6b4e71",
          .issuers = {{.path = kPool, .document = kPool, .oauth = false, .metadata = R"({
        "authorization_endpoint": "<base>/oauth2/authorize",
        "end_session_endpoint": "<base>/logout",
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": "<iss>",
        "jwks_uri": "<iss>/.well-known/jwks.json",
        "response_types_supported": ["code", "token"],
        "revocation_endpoint": "<base>/oauth2/revoke",
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint": "<base>/oauth2/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "userinfo_endpoint": "<base>/oauth2/userInfo"})"}},
          .paths = {{"/eu-central-1_mCpAuth01/.well-known/jwks.json", "/jwks"},
                    {"/oauth2/authorize", "/authorize"},
                    {"/oauth2/token", "/token"},
                    {"/oauth2/userInfo", "/userinfo"},
                    {"/oauth2/revoke", "/revoke"},
                    {"/logout", "/end_session"}},
          .keys = {.kid = KidStyle::base64, .count = 2},
          .tokens = {{"access", "access token: client_id and token_use, no aud", kPool, "{}", R"({
              "sub": "<sub>", "cognito:groups": ["mcp-users"], "iss": "<iss>", "version": 2,
              "client_id": "<client>", "origin_jti": "<uuid>", "event_id": "<uuid>",
              "token_use": "access", "scope": "openid <scope>", "auth_time": "<now>",
              "exp": "<exp>", "iat": "<now>", "jti": "<uuid>", "username": "alice"})"},
                     {"id", "ID token: its aud is the client", kPool, "{}", R"({
              "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "sub": "<sub>",
              "cognito:groups": ["mcp-users"], "email_verified": true, "iss": "<iss>",
              "cognito:username": "alice", "nonce": "<nonce>", "origin_jti": "<uuid>",
              "aud": "<client>", "event_id": "<uuid>", "token_use": "id", "auth_time": "<now>",
              "exp": "<exp>", "iat": "<now>", "jti": "<uuid>", "email": "alice@example.com"})"}}};
}

}  // namespace idp
