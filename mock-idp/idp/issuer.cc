#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/json.h"
#include "common/base/random.h"
#include "mock-idp/idp/mock_idp.h"
#include "mock-idp/idp/persona_spec.h"

namespace idp {
namespace {

constexpr auto kLifetime = std::chrono::minutes(5);
constexpr char kSubject[] = "test-user";
constexpr char kClient[] = "mcp-authspec";
/// What every persona signs with.
constexpr char kUsual[] = "RS256";

/// An issuer that is to start without keys, for one from a file, does.
std::vector<std::string> algorithms_of(Persona persona, const Options& options) {
  if (persona == Persona::generic || options.algorithms.empty()) return options.algorithms;
  return {kUsual};
}

KeyDress dress_of(Persona persona, const std::string& iss) {
  if (persona == Persona::generic) return {};
  const KeyStyle& style = spec_of(persona).keys;
  return {[&style](const jose::Key& key) { return renamed(style, key); },
          [&style, iss](const jose::Key& key) { return public_jwk(style, key, iss); }};
}

}  // namespace

Issuer::Issuer(std::string name, std::string base, const Options& options, const base::Clock& clock)
    : name_(std::move(name)),
      base_(std::move(base)),
      behaviour_(behaviour_of(name_, options.usual()).value_or(options.usual())),
      url_(base_ + std::string(spec_of(behaviour_.persona).issuers.front().path)),
      clock_(clock),
      keys_(algorithms_of(behaviour_.persona, options), options.pool_index,
            dress_of(behaviour_.persona, url_)),
      opaque_tokens_(clock) {
  const KeyStyle& style = spec_of(behaviour_.persona).keys;
  if (keys_.published().empty()) return;
  for (int i = 1; i < style.count; ++i) keys_.announce(kUsual);
  if (style.encryption_key) keys_.publish_raw(encryption_jwk(style, keys_.published().front()));
}

/// Where the persona has no such endpoint it answers at the generic path all the same.
std::string Issuer::url_below(std::string_view generic_path) const {
  const std::string path = path_of(spec_of(behaviour_.persona), generic_path);
  return base_ + (path.empty() ? std::string(generic_path) : path);
}

std::string Issuer::jwks_uri() const { return url_below("/jwks"); }
std::string Issuer::introspection_url() const { return url_below("/introspect"); }
std::string Issuer::tokeninfo_url() const { return url_below("/tokeninfo"); }
std::string Issuer::upstream_url() const { return url_below("/upstream"); }
std::string Issuer::userinfo_url() const {
  return url_below(behaviour_.persona == Persona::github ? "/user" : "/userinfo");
}

base::Result<jose::Recipe> Issuer::recipe(std::string_view audience, std::string_view scope,
                                          std::string_view alg) {
  if (behaviour_.persona != Persona::generic) {
    return imitation({}, {.audience_json = base::json_string(audience),
                          .scope = std::string(scope),
                          .alg = std::string(alg)});
  }
  auto recipe = signed_recipe(alg);
  if (!recipe) return recipe;
  recipe->header.set_string("typ", "at+jwt");
  recipe->header.set_string("alg", recipe->key->alg());
  recipe->header.set_string("kid", recipe->key->kid());
  recipe->claims.set_string("iss", url_);
  recipe->claims.set_string("sub", kSubject);
  recipe->claims.set_string("aud", audience);
  recipe->claims.set_string("client_id", kClient);
  if (!scope.empty()) recipe->claims.set_string("scope", scope);
  recipe->claims.set_number("iat", recipe->now);
  recipe->expiring_in(kLifetime);
  recipe->claims.set_string("jti", base::random_hex(16));
  return recipe;
}

base::Result<jose::Recipe> Issuer::signed_recipe(std::string_view alg) {
  auto key = keys_.signing_key(alg);
  if (!key) return tl::unexpected(key.error());
  jose::Recipe recipe;
  recipe.now = clock_.epoch_seconds();
  recipe.key = std::move(*key);
  return recipe;
}

base::Result<jose::Recipe> Issuer::token(std::string_view kind, const TokenFacts& facts) {
  if (behaviour_.persona != Persona::generic || !kind.empty()) return imitation(kind, facts);
  auto made = recipe(url_, facts.scope, facts.alg);
  if (!made) return made;
  if (!facts.audience_json.empty()) made->claim("aud", facts.audience_json);
  if (!facts.subject.empty()) made->claims.set_string("sub", facts.subject);
  if (!facts.client_id.empty()) name_client(*made, facts.client_id);
  return made;
}

base::Result<jose::Recipe> Issuer::imitation(std::string_view kind, const TokenFacts& facts) {
  const PersonaSpec& spec = spec_of(behaviour_.persona);
  const auto wanted =
      std::find_if(spec.tokens.begin(), spec.tokens.end(),
                   [&](const TokenSpec& one) { return kind.empty() || one.name == kind; });
  if (wanted == spec.tokens.end()) {
    return base::fail(fmt::format("{} has no kind of token called \"{}\"", spec.name, kind));
  }
  auto recipe = signed_recipe(facts.alg);
  if (!recipe) return recipe;
  Values values{.base = base_,
                .iss = base_ + std::string(wanted->issuer_path),
                .facts = facts,
                .kid = recipe->key->kid(),
                .now = recipe->now,
                .exp = recipe->now + std::chrono::seconds(kLifetime).count()};
  if (values.facts.subject.empty()) values.facts.subject = spec.subject;
  if (values.facts.client_id.empty()) values.facts.client_id = spec.habits.client_id;
  if (values.facts.audience_json.empty()) values.facts.audience_json = base::json_string(url_);
  for (const auto& [name, json] : fill(wanted->header, values)) recipe->header.set(name, json);
  recipe->header.set_string("alg", recipe->key->alg());
  recipe->header.set_string("kid", recipe->key->kid());
  for (const auto& [name, json] : fill(wanted->claims, values)) recipe->claims.set(name, json);
  return recipe;
}

base::Result<std::string> Issuer::issue(const jose::Recipe& recipe) {
  if (!habits_of(behaviour_.persona).opaque) return recipe.mint();
  return opaque_tokens_.add(recipe, {.text = opaque_token(behaviour_.persona)});
}

base::Result<std::string> Issuer::mint(std::string_view audience, std::string_view scope) {
  const auto made = recipe(audience, scope);
  if (!made) return tl::unexpected(made.error());
  return issue(*made);
}

void Issuer::name_client(jose::Recipe& recipe, std::string_view client_id) const {
  recipe.claims.set_string(habits_of(behaviour_.persona).client_claim, client_id);
}

jose::Surroundings Issuer::surroundings(std::string bait_url) const {
  jose::Surroundings around;
  for (const KeyEntry& entry : keys_.keys()) {
    if (entry.state == KeyState::active) around.published.push_back(entry.key);
  }
  for (const jose::Key& key : keys_.published()) {
    const bool known = std::any_of(around.published.begin(), around.published.end(),
                                   [&](const jose::Key& one) { return one.kid() == key.kid(); });
    if (!known) around.published.push_back(key);
  }
  around.jwks = *keys_.document();
  around.bait_url = std::move(bait_url);
  around.client_id = habits_of(behaviour_.persona).client_id;
  return around;
}

}  // namespace idp
