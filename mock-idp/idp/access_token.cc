#include "mock-idp/idp/access_token.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/mint.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

tl::unexpected<TokenError> server_error(const base::Error& error) {
  return refuse("server_error", error.message);
}

base::Result<nlohmann::json> read_object(std::string_view segment) {
  const auto text = base::base64url_decode(segment);
  if (!text) return base::fail("a segment is not base64url");
  auto json = base::parse_json(*text);
  if (!json || !json->is_object()) return base::fail("a segment is not a JSON object");
  return json;
}

/// Seconds until `exp`; whoever logged in may have claimed anything there.
long long lifetime_of(const jose::Recipe& recipe) {
  const std::string* const exp = recipe.claims.find("exp");
  long long end = 0;
  if (exp == nullptr) return 0;
  const auto [rest, error] = std::from_chars(exp->data(), exp->data() + exp->size(), end);
  return error == std::errc() ? end - recipe.now : 0;
}

bool signed_here(Issuer& issuer, const nlohmann::json& header, const std::string& input,
                 const std::string& signature) {
  const std::string alg = base::text_member(header, "alg");
  const auto keys = issuer.keys().keys();
  return std::any_of(keys.begin(), keys.end(), [&](const KeyEntry& entry) {
    return entry.key.kid() == base::text_member(header, "kid") && entry.key.alg() == alg &&
           entry.key.verify(alg, input, signature);
  });
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
  if (!recipe) return server_error(recipe.error());
  for (const jose::Member& member : more.members()) recipe->claim(member.name, member.json);
  for (const jose::Member& member : granted.claims.members()) {
    recipe->claim(member.name, member.json);
  }
  auto text = call.issuer->issue(*recipe);
  if (!text) return server_error(text.error());
  const bool opaque = habits_of(call.issuer->persona()).opaque;
  std::string handle = opaque ? *text : recipe->claims.string("jti");
  return AccessToken{std::move(*text), std::move(handle), lifetime_of(*recipe)};
}

Read<std::string> issue_id_token(const Call& call, const Granted& granted, std::string_view nonce) {
  const bool generic = call.issuer->persona() == Persona::generic;
  auto recipe = call.issuer->token(generic ? "" : "id",
                                   {.audience_json = base::json_string(granted.client_id),
                                    .subject = granted.subject,
                                    .client_id = granted.client_id,
                                    .nonce = std::string(nonce)});
  if (!recipe) return server_error(recipe.error());
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
  if (!text) return server_error(text.error());
  return std::move(*text);
}

jose::Members token_answer(const AccessToken& token, std::string_view scope) {
  jose::Members answer;
  answer.set_string("access_token", token.text);
  answer.set_string("token_type", "Bearer");
  answer.set_number("expires_in", token.lifetime);
  if (!scope.empty()) answer.set_string("scope", scope);
  return answer;
}

base::Result<nlohmann::json> read_own_token(const Call& call, std::string_view token) {
  const auto segments = base::split(token, '.');
  if (segments.size() != 3) return base::fail("it is no JWT");
  const auto header = read_object(segments[0]);
  if (!header) return header;
  auto claims = read_object(segments[1]);
  if (!claims) return claims;
  const auto signature = base::base64url_decode(segments[2]);
  if (!signature ||
      !signed_here(*call.issuer, *header, segments[0] + "." + segments[1], *signature)) {
    return base::fail("this issuer did not sign it");
  }
  const auto& typ = habits_of(call.issuer->persona()).typ;
  if (typ && base::to_lower(base::text_member(*header, "typ")) != base::to_lower(*typ)) {
    return base::fail("its typ is not that of an access token");
  }
  if (base::text_member(*claims, "iss") != call.issuer->url()) {
    return base::fail("its iss is not this issuer");
  }
  const auto exp = claims->find("exp");
  if (exp == claims->end() || !exp->is_number() ||
      static_cast<double>(call.provider.clock.epoch_seconds()) >= exp->get<double>()) {
    return base::fail("it has expired");
  }
  if (call.provider.grants.is_revoked(base::text_member(*claims, "jti"))) {
    return base::fail("it is revoked");
  }
  return claims;
}

}  // namespace idp
