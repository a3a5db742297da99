#include "mock-idp/idp/access_token.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/compact_jws.h"
#include "mock-idp/idp/mint.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/jose/proof.h"

namespace idp {
namespace {

/// Seconds until `exp`; whoever logged in may have claimed anything there.
long long lifetime_of(const jose::Recipe& recipe) {
  const std::string* const exp = recipe.claims.find("exp");
  long long end = 0;
  if (exp == nullptr) return 0;
  const auto [rest, error] = std::from_chars(exp->data(), exp->data() + exp->size(), end);
  return error == std::errc() ? end - recipe.now : 0;
}

/// The `cnf` of a token (RFC 7800, section 3.1).
std::string cnf_of(const Confirmation& confirmation) {
  return confirmation.jkt.empty() ? jose::confirmed_by_certificate(confirmation.x5t)
                                  : jose::confirmed_by_key(confirmation.jkt);
}

}  // namespace

Read<AccessToken> issue(const Call& call, const Granted& granted, const jose::Members& more) {
  TokenFacts facts{
      .scope = granted.scope, .subject = granted.subject, .client_id = granted.client_id};
  // Some audience has to be in it (RFC 9068, section 3); without one it is the issuer itself.
  if (!granted.audiences.empty() && !call.weak(Weakness::resource_ignored)) {
    facts.audience_json = audience_json(granted.audiences);
  }
  auto recipe = call.issuer->token({}, facts);
  if (!recipe) return refuse_unsigned(recipe.error());
  for (const jose::Member& member : more.members()) recipe->claim(member.name, member.json);
  for (const jose::Member& member : granted.claims.members()) {
    recipe->claim(member.name, member.json);
  }
  if (!granted.confirmation.empty()) recipe->claim("cnf", cnf_of(granted.confirmation));
  auto text = call.issuer->issue(*recipe);
  if (!text) return refuse_unsigned(text.error());
  const bool opaque = habits_of(call.issuer->persona()).opaque;
  std::string handle = opaque ? *text : recipe->claims.string("jti");
  return AccessToken{std::move(*text), std::move(handle), lifetime_of(*recipe),
                     !granted.confirmation.jkt.empty()};
}

namespace {

/// What the client registered for. The default, which holds for clients that never registered as
/// well, is RS256 (OpenID Connect Core 1.0, section 2; Dynamic Client Registration 1.0, section 2),
/// as long as the issuer signs with that.
std::string id_token_alg(const Call& call, const std::string& client_id) {
  const auto client = find_client(call, client_id);
  if (client && !client->preferences.id_token_alg.empty()) return client->preferences.id_token_alg;
  constexpr const char* kDefault = "RS256";
  const auto keys = call.issuer->keys().keys();
  const bool has_default = std::any_of(keys.begin(), keys.end(), [](const KeyEntry& entry) {
    return entry.state == KeyState::active && entry.key.alg() == kDefault;
  });
  return has_default ? kDefault : "";
}

}  // namespace

Read<std::string> issue_id_token(const Call& call, const Granted& granted, std::string_view nonce) {
  const bool generic = call.issuer->persona() == Persona::generic;
  auto recipe = call.issuer->token(generic ? "" : "id",
                                   {.audience_json = base::json_string(granted.client_id),
                                    .subject = granted.subject,
                                    .client_id = granted.client_id,
                                    .nonce = std::string(nonce),
                                    .alg = id_token_alg(call, granted.client_id)});
  if (!recipe) return refuse_unsigned(recipe.error());
  if (generic) {
    recipe->header.set_string("typ", "JWT");
    recipe->without_claim("client_id").without_claim("jti");
    recipe->claims.set_number("auth_time",
                              granted.auth_time == 0 ? recipe->now : granted.auth_time);
    if (!nonce.empty()) recipe->claims.set_string("nonce", nonce);
  }
  for (const jose::Member& member : granted.claims.members()) {
    recipe->claim(member.name, member.json);
  }
  auto text = recipe->mint();
  if (!text) return refuse_unsigned(text.error());
  return std::move(*text);
}

jose::Members token_answer(const AccessToken& token, std::string_view scope) {
  jose::Members answer;
  answer.set_string("access_token", token.text);
  answer.set_string("token_type", token.dpop ? "DPoP" : "Bearer");
  answer.set_number("expires_in", token.lifetime);
  if (!scope.empty()) answer.set_string("scope", scope);
  return answer;
}

bool signed_by(Issuer& issuer, const CompactJws& jws) {
  const std::string alg = jws.header("alg");
  const std::string kid = jws.header("kid");
  const auto keys = issuer.keys().keys();
  return std::any_of(keys.begin(), keys.end(), [&](const KeyEntry& entry) {
    return entry.key.kid() == kid && entry.key.alg() == alg &&
           entry.key.verify(alg, jws.input, jws.signature);
  });
}

base::Result<void> check_times(const Call& call, const nlohmann::json& claims) {
  const auto now = static_cast<double>(call.provider.clock.epoch_seconds());
  const auto exp = claims.find("exp");
  const auto nbf = claims.find("nbf");
  if (exp == claims.end() || !exp->is_number() || !(now < exp->get<double>())) {
    return base::fail("it has expired");
  }
  if (nbf != claims.end() && (!nbf->is_number() || now < nbf->get<double>())) {
    return base::fail("it is not valid yet");
  }
  return {};
}

base::Result<nlohmann::json> read_own_token(const Call& call, std::string_view token) {
  const auto jws = read_compact_jws(token);
  if (!jws) return tl::unexpected(jws.error());
  if (!signed_by(*call.issuer, *jws)) return base::fail("this issuer did not sign it");
  const auto& typ = habits_of(call.issuer->persona()).typ;
  if (typ && !base::equal_ignoring_case(jws->header("typ"), *typ)) {
    return base::fail("its typ is not that of an access token");
  }
  if (jws->claim("iss") != call.issuer->url()) {
    return base::fail("its iss is not this issuer");
  }
  if (auto good = check_times(call, jws->claims()); !good) return tl::unexpected(good.error());
  if (call.provider.grants.is_revoked(jws->claim("jti"))) {
    return base::fail("it is revoked");
  }
  return jws->claims();
}

}  // namespace idp
