#include "mock-idp/idp/persona_spec.h"

// https://developers.google.com/identity/openid-connect/openid-connect
namespace idp {

PersonaSpec google_spec() {
  return {
      .persona = Persona::google,
      .name = "google",
      .habits = {.scope_claim = "scope",
                 .scopes_are_text = true,
                 .client_claim = "azp",
                 .opaque = true,
                 .client_id = "407408718192-mcpauthspec0000.apps.googleusercontent.com",
                 .typ = "JWT"},
      .subject = "110169484474386276334",
      .issuers = {{.path = "", .document = "", .oauth = false, .metadata = R"({
        "issuer": "<iss>",
        "authorization_endpoint": "<base>/o/oauth2/v2/auth",
        "device_authorization_endpoint": "<base>/device/code",
        "token_endpoint": "<base>/token",
        "userinfo_endpoint": "<base>/v1/userinfo",
        "revocation_endpoint": "<base>/revoke",
        "jwks_uri": "<base>/oauth2/v3/certs",
        "response_types_supported": ["code", "token", "id_token", "code token", "code id_token",
          "token id_token", "code token id_token", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "family_name", "given_name",
          "iat", "iss", "name", "picture", "sub"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token",
          "urn:ietf:params:oauth:grant-type:device_code",
          "urn:ietf:params:oauth:grant-type:jwt-bearer"]})"}},
      .paths = {{"/o/oauth2/v2/auth", "/authorize"},
                {"/device/code", "/device"},
                {"/token", "/token"},
                {"/v1/userinfo", "/userinfo"},
                {"/oauth2/v3/userinfo", "/userinfo"},
                {"/revoke", "/revoke"},
                {"/tokeninfo", "/tokeninfo"},
                {"/oauth2/v3/certs", "/jwks"}},
      .keys = {.kid = KidStyle::hex40, .count = 2},
      .tokens =
          {// What stands behind an opaque access token, as tokeninfo and userinfo tell it.
           {"access", "what is known of an access token; the token itself is opaque", "",
            R"({"typ": "JWT"})", R"({
              "azp": "<client>", "aud": "<client>", "sub": "<sub>", "scope": "<scope>",
              "iat": "<now>", "exp": "<exp>", "email": "alice@example.com",
              "email_verified": true, "access_type": "online"})"},
           {"id", "ID token, its iss with the scheme", "", R"({"typ": "JWT"})", R"({
              "iss": "<iss>", "azp": "<client>", "aud": "<client>", "sub": "<sub>",
              "hd": "example.com", "email": "alice@example.com", "email_verified": true,
              "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "nonce": "<nonce>", "name": "Alice Example",
              "given_name": "Alice", "family_name": "Example", "iat": "<now>", "exp": "<exp>"})"},
           {"id-no-scheme", "ID token, its iss without the scheme", "", R"({"typ": "JWT"})", R"({
              "iss": "<host>", "azp": "<client>", "aud": "<client>", "sub": "<sub>",
              "email": "alice@example.com", "email_verified": true, "nonce": "<nonce>",
              "iat": "<now>", "exp": "<exp>"})"}},
      .opaque_prefix = "ya29.a0",
      .opaque_length = 180};
}

}  // namespace idp
