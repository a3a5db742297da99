#include "harness/check/mode.h"

#include <algorithm>
#include <array>
#include <utility>

namespace check {
namespace {

constexpr std::array<std::pair<Mode, std::string_view>, 15> kNames = {{
    {Mode::none, "none"},
    {Mode::bearer, "bearer"},
    {Mode::api_key, "api-key"},
    {Mode::basic, "basic"},
    {Mode::jwt_shared, "jwt-shared"},
    {Mode::jwt_key, "jwt-key"},
    {Mode::oauth, "oauth"},
    {Mode::introspection, "introspection"},
    {Mode::userinfo, "userinfo"},
    {Mode::oauth_proxy, "oauth-proxy"},
    {Mode::in_band, "in-band"},
    {Mode::stdio_env, "stdio-env"},
    {Mode::stdio_argument, "stdio-argument"},
    {Mode::stdio_jwt, "stdio-jwt"},
    {Mode::authorization_server, "authorization-server"},
}};

Modes without(Modes list, Mode mode) {
  list.erase(std::remove(list.begin(), list.end(), mode), list.end());
  return list;
}

}  // namespace

std::string_view to_string(Mode mode) {
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [&](const auto& entry) { return entry.first == mode; });
  return found == kNames.end() ? "" : found->second;
}

std::optional<Mode> mode_from(std::string_view text) {
  // Many servers call their OAuth mode by the name of the protocol that issues the tokens.
  if (text == "oidc") return Mode::oauth;
  for (const Mode mode : all_modes()) {
    if (to_string(mode) == text) return mode;
  }
  return std::nullopt;
}

const Modes& all_modes() {
  static const Modes list = {Mode::none,           Mode::bearer,        Mode::api_key,
                             Mode::basic,          Mode::jwt_shared,    Mode::jwt_key,
                             Mode::oauth,          Mode::introspection, Mode::userinfo,
                             Mode::oauth_proxy,    Mode::in_band,       Mode::stdio_env,
                             Mode::stdio_argument, Mode::stdio_jwt,     Mode::authorization_server};
  return list;
}

std::vector<std::string> mode_names(const Modes& modes) {
  std::vector<std::string> names;
  for (const Mode mode : modes) names.emplace_back(to_string(mode));
  return names;
}

namespace modes {

bool contains(const Modes& modes, Mode mode) {
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

Modes all() { return without(all_modes(), Mode::authorization_server); }

Modes http() {
  return {Mode::none,       Mode::bearer,      Mode::api_key, Mode::basic,
          Mode::jwt_shared, Mode::jwt_key,     Mode::oauth,   Mode::introspection,
          Mode::userinfo,   Mode::oauth_proxy, Mode::in_band};
}

Modes stdio() { return {Mode::stdio_env, Mode::stdio_argument, Mode::stdio_jwt}; }

Modes protected_http() {
  return {Mode::bearer, Mode::api_key,       Mode::basic,    Mode::jwt_shared, Mode::jwt_key,
          Mode::oauth,  Mode::introspection, Mode::userinfo, Mode::oauth_proxy};
}

Modes bearer_scheme() {
  return {Mode::bearer,        Mode::jwt_shared, Mode::jwt_key,    Mode::oauth,
          Mode::introspection, Mode::userinfo,   Mode::oauth_proxy};
}

Modes metadata() { return {Mode::oauth, Mode::introspection, Mode::userinfo, Mode::oauth_proxy}; }

Modes jwt() { return {Mode::oauth, Mode::jwt_shared, Mode::jwt_key}; }

Modes signed_jwt() { return {Mode::oauth, Mode::jwt_key}; }

Modes claims() { return {Mode::oauth, Mode::jwt_shared, Mode::jwt_key, Mode::introspection}; }

Modes opaque() { return {Mode::introspection, Mode::userinfo}; }

Modes fixed() { return {Mode::bearer, Mode::api_key, Mode::basic}; }

Modes issued() { return without(bearer_scheme(), Mode::bearer); }

Modes with_scheme() { return without(protected_http(), Mode::api_key); }

Modes tool_calls() {
  return {Mode::in_band, Mode::stdio_env, Mode::stdio_argument, Mode::stdio_jwt};
}

Modes logged_in() { return {Mode::oauth_proxy, Mode::authorization_server}; }

Modes in_arguments() { return {Mode::in_band, Mode::stdio_argument, Mode::stdio_jwt}; }

}  // namespace modes
}  // namespace check
