#include "mock-idp/idp/id_jag.h"

#include <chrono>

#include "common/base/random.h"
#include "mock-idp/idp/mint.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

constexpr std::chrono::seconds kIdJagLife{300};

}  // namespace

Read<std::string> make_id_jag(const Call& call, const IdJag& jag) {
  // The key that would sign an access token, and nothing else of that.
  const auto usual = call.issuer->recipe(jag.audience);
  if (!usual) return refuse_unsigned(usual.error());
  jose::Recipe recipe;
  recipe.now = usual->now;
  recipe.key = usual->key;
  recipe.header.set_string("typ", kIdJagTyp);
  recipe.header.set_string("alg", usual->header.string("alg"));
  recipe.header.set_string("kid", usual->header.string("kid"));
  recipe.claims.set_string("iss", call.issuer->url());
  recipe.claims.set_string("sub", jag.subject);
  recipe.claims.set_string("aud", jag.audience);
  recipe.claims.set_string("client_id", jag.client_id);
  if (!jag.resources.empty()) recipe.claims.set("resource", audience_json(jag.resources));
  if (!jag.scope.empty()) recipe.claims.set_string("scope", jag.scope);
  recipe.claims.set_number("iat", recipe.now);
  recipe.expiring_in(kIdJagLife);
  recipe.claims.set_string("jti", base::random_hex(16));
  auto text = recipe.mint();
  if (!text) return refuse_unsigned(text.error());
  return std::move(*text);
}

jose::Members id_jag_answer(const std::string& text, std::string_view scope) {
  jose::Members answer;
  answer.set_string("issued_token_type", kIdJagType);
  answer.set_string("access_token", text);
  answer.set_string("token_type", "N_A");
  answer.set_number("expires_in", kIdJagLife.count());
  if (!scope.empty()) answer.set_string("scope", scope);
  return answer;
}

}  // namespace idp
