#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/random.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {
namespace {

constexpr auto kLifetime = std::chrono::minutes(5);
constexpr char kSubject[] = "test-user";
constexpr char kClient[] = "mcp-authspec";

}  // namespace

Issuer::Issuer(std::string name, std::string url, const Options& options, const base::Clock& clock)
    : name_(std::move(name)),
      url_(std::move(url)),
      clock_(clock),
      keys_(options.algorithms, options.pool_index),
      opaque_tokens_(clock) {}

std::string Issuer::jwks_uri() const { return url_ + "/jwks"; }
std::string Issuer::introspection_url() const { return url_ + "/introspect"; }
std::string Issuer::userinfo_url() const { return url_ + "/userinfo"; }

base::Result<jose::Recipe> Issuer::recipe(std::string_view audience, std::string_view scope,
                                          std::string_view alg) {
  auto key = keys_.signing_key(alg);
  if (!key) return tl::unexpected(key.error());
  jose::Recipe recipe;
  recipe.now = clock_.epoch_seconds();
  recipe.header.set_string("typ", "at+jwt");
  recipe.header.set_string("alg", key->alg());
  recipe.header.set_string("kid", key->kid());
  recipe.key = std::move(*key);
  recipe.claims.set_string("iss", url_);
  recipe.claims.set_string("sub", kSubject);
  recipe.claims.set_string("aud", audience);
  recipe.claims.set_string("client_id", kClient);
  if (!scope.empty()) recipe.claims.set_string("scope", scope);
  recipe.claims.set_number("iat", recipe.now);
  recipe.expiring_in(kLifetime);
  recipe.claims.set_string("jti", base::random_hex(16));
  return recipe;
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
  around.client_id = kClient;
  return around;
}

}  // namespace idp
