#include "harness/run/environment.h"

#include <algorithm>

#include "common/base/text.h"

namespace run {
namespace {

using check::Mode;

/// The key of the algorithm that most servers with one key are made for.
std::string public_key_of(idp::Issuer& issuer) {
  for (const jose::Key& key : issuer.keys().published()) {
    if (key.alg() == "RS256") return key.public_pem();
  }
  return {};
}

std::map<std::string, std::string> secrets_of(Mode mode, const Wiring& wiring) {
  const check::Secrets& secrets = wiring.secrets;
  switch (mode) {
    case Mode::bearer:
      return {{"BEARER_TOKEN", secrets.bearer_token}};
    case Mode::api_key:
      return {{"API_KEY", secrets.api_key},
              {"API_KEY_2", secrets.second_api_key},
              {"API_KEY_REVOKED", secrets.revoked_api_key}};
    case Mode::basic:
      return {{"BASIC_USER", secrets.basic_user}, {"BASIC_PASSWORD", secrets.basic_password}};
    case Mode::in_band:
    case Mode::stdio_argument:
      return {{"API_KEY", secrets.api_key}};
    case Mode::stdio_env:
      return {{"API_KEY", secrets.api_key}, {"API_KEY_SHA256", secrets.api_key_sha256}};
    case Mode::stdio_jwt:
    case Mode::jwt_shared:
      return {{"JWT_SECRET", secrets.jwt_secret}};
    case Mode::introspection:
      return {{"INTROSPECTION_URL", wiring.issuer.introspection_url()},
              {"CLIENT_ID", secrets.client_id},
              {"CLIENT_SECRET", secrets.client_secret}};
    case Mode::userinfo:
      return {{"USERINFO_URL", wiring.issuer.userinfo_url()},
              {"TOKENINFO_URL", wiring.issuer.tokeninfo_url()},
              {"CLIENT_ID", secrets.client_id},
              {"CLIENT_SECRET", secrets.client_secret}};
    case Mode::jwt_key:
      return {{"JWT_PUBLIC_KEY", public_key_of(wiring.issuer)}};
    case Mode::oauth_proxy:
      return {{"CLIENT_ID", secrets.client_id}, {"CLIENT_SECRET", secrets.client_secret}};
    default:
      return {};
  }
}

std::map<std::string, std::string> secrets_of(const Wiring& wiring) {
  auto secrets = secrets_of(wiring.mode, wiring);
  for (const Mode mode : wiring.also) secrets.merge(secrets_of(mode, wiring));
  return secrets;
}

/// What clients have to know: not the name of a user.
std::vector<std::string> known_to_clients(Mode mode, const check::Secrets& secrets) {
  switch (mode) {
    case Mode::bearer:
      return {secrets.bearer_token};
    case Mode::api_key:
      return {secrets.api_key, secrets.second_api_key, secrets.revoked_api_key};
    case Mode::basic:
      return {secrets.basic_password};
    case Mode::jwt_shared:
      return {secrets.jwt_secret};
    default:
      return {};
  }
}

}  // namespace

bool has_secret(const std::string& text, Mode mode, const check::Secrets& secrets) {
  const auto known = known_to_clients(mode, secrets);
  return std::any_of(known.begin(), known.end(), [&](const std::string& secret) {
    return !secret.empty() && text.find(secret) != std::string::npos;
  });
}

std::vector<std::string> withhold_secrets(std::map<std::string, std::string>& environment,
                                          Mode mode, const check::Secrets& secrets,
                                          check::SecretsTold told) {
  std::vector<std::string> names;
  if (told == check::SecretsTold::all) return names;
  for (auto& [name, value] : environment) {
    if (!has_secret(value, mode, secrets)) continue;
    names.push_back(name);
    for (const std::string& secret : known_to_clients(mode, secrets)) {
      if (!secret.empty()) value = base::replace_all(value, secret, "");
    }
  }
  if (told == check::SecretsTold::empty) return names;
  for (const std::string& name : names) environment.erase(name);
  return names;
}

std::map<std::string, std::string> environment_of(const Wiring& wiring) {
  std::map<std::string, std::string> environment = {
      {"ISSUER", wiring.issuer.url()},
      {"JWKS_URI", wiring.issuer.jwks_uri()},
      {"AUDIENCE", wiring.audience},
      {"REQUIRED_SCOPE", base::join(wiring.scopes, " ")},
      {"MCP_CONFORMANCE_AUTH_ISSUER", wiring.issuer.url()},
      {"MCP_CONFORMANCE_AUTH_AUDIENCE", wiring.audience},
  };
  // An API that the server may ask, and who it is to the issuer whose tokens that takes.
  environment["UPSTREAM_URL"] = wiring.issuer.upstream_url();
  environment["CLIENT_ID"] = wiring.secrets.client_id;
  environment["CLIENT_SECRET"] = wiring.secrets.client_secret;
  if (!wiring.more_issuers.empty()) environment["MORE_ISSUERS"] = wiring.more_issuers;
  environment.merge(secrets_of(wiring));
  return environment;
}

void add_placeholders(Mode mode, const check::Secrets& secrets, Values& values) {
  switch (mode) {
    case Mode::bearer:
      values["token"] = secrets.bearer_token;
      return;
    case Mode::api_key:
    case Mode::in_band:
    case Mode::stdio_env:
    case Mode::stdio_argument:
      values["api_key"] = secrets.api_key;
      return;
    case Mode::introspection:
    case Mode::userinfo:
    case Mode::oauth_proxy:
      values["client_id"] = secrets.client_id;
      values["client_secret"] = secrets.client_secret;
      return;
    default:
      return;
  }
}

}  // namespace run
