#include "mock-idp/idp/persona.h"

#include <algorithm>
#include <array>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/persona_spec.h"

namespace idp {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/";

std::string_view without_slash(std::string_view path) {
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path;
}

const std::vector<PersonaSpec>& specs() {
  static const std::vector<PersonaSpec> all = {generic_spec(), auth0_spec(),  okta_spec(),
                                               entra_spec(),   google_spec(), keycloak_spec(),
                                               cognito_spec(), github_spec()};
  return all;
}

}  // namespace

/// The generic persona has no texts: its tokens and documents are made without any, for speed.
PersonaSpec generic_spec() {
  return {.persona = Persona::generic,
          .name = "generic",
          .habits = {.scope_claim = "scope",
                     .scopes_are_text = true,
                     .client_claim = "client_id",
                     .client_id = "mcp-authspec",
                     .typ = "at+jwt"},
          .subject = "test-user",
          .issuers = {{.path = "", .document = "", .metadata = ""}}};
}

const PersonaSpec& spec_of(Persona persona) {
  return *std::find_if(specs().begin(), specs().end(),
                       [&](const PersonaSpec& spec) { return spec.persona == persona; });
}

std::string_view to_string(Persona persona) { return spec_of(persona).name; }

std::optional<Persona> persona_from(std::string_view name) {
  for (const PersonaSpec& spec : specs()) {
    if (spec.name == name) return spec.persona;
  }
  return std::nullopt;
}

const std::vector<Persona>& all_personas() {
  static const std::vector<Persona> all = [] {
    std::vector<Persona> personas;
    for (const PersonaSpec& spec : specs()) personas.push_back(spec.persona);
    return personas;
  }();
  return all;
}

std::vector<TokenKind> kinds_of(Persona persona) {
  std::vector<TokenKind> kinds;
  for (const TokenSpec& token : spec_of(persona).tokens) {
    kinds.push_back({std::string(token.name), std::string(token.summary)});
  }
  return kinds;
}

const Habits& habits_of(Persona persona) { return spec_of(persona).habits; }

std::string opaque_token(Persona persona) {
  const PersonaSpec& spec = spec_of(persona);
  std::string text = base::base64url_encode(base::random_bytes(spec.opaque_length));
  // GitHub's have letters and digits only; nobody else's text tells the difference.
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '-' || c == '_'; }, 'x');
  return std::string(spec.opaque_prefix) + text.substr(0, spec.opaque_length);
}

std::string_view generic_path(const PersonaSpec& spec, std::string_view below) {
  for (const PathAlias& alias : spec.paths) {
    if (alias.path == below) return alias.means;
  }
  const std::size_t at = below.rfind(kWellKnown);
  if (at == std::string_view::npos || issuer_at(spec, below.substr(0, at)) == nullptr) return {};
  return below.substr(at);
}

const PersonaIssuer* issuer_at(const PersonaSpec& spec, std::string_view document) {
  for (const PersonaIssuer& issuer : spec.issuers) {
    if (issuer.document == without_slash(document)) return &issuer;
  }
  return nullptr;
}

std::string path_of(const PersonaSpec& spec, std::string_view generic) {
  if (spec.persona == Persona::generic) return std::string(generic);
  for (const PathAlias& alias : spec.paths) {
    if (alias.means == generic) return std::string(alias.path);
  }
  return {};
}

}  // namespace idp
