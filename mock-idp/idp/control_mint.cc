#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/control.h"
#include "mock-idp/idp/mint.h"

// Everything that is misunderstood is refused by name: a token other than the one asked for would
// prove nothing.
namespace idp {
namespace {

std::vector<jose::Member> members_of(const ControlCall& call, std::string_view name) {
  std::vector<jose::Member> members;
  if (!call.has(name)) return members;
  for (const auto& [member, json] : call.arguments.at(name).items()) {
    members.push_back({member, json.dump()});
  }
  return members;
}

MintRequest mint_request(const ControlCall& call) {
  // The audience is in the recipe from the start.
  return {.sub = call.text("sub"),
          .audiences = {},
          .ttl = call.integer("ttl", MintRequest().ttl),
          .claims = members_of(call, "claims"),
          .header = members_of(call, "header"),
          .mutations = call.texts("mutate")};
}

/// A token of the issuer's persona, before anything is changed about it.
Obeyed<jose::Recipe> recipe_for(const ControlCall& call, Issuer& issuer) {
  TokenFacts facts{
      .scope = call.text("scope"), .subject = call.text("sub"), .alg = call.text("alg")};
  const auto audiences = call.texts("aud");
  if (!audiences.empty()) facts.audience_json = audience_json(audiences);
  const std::string kind = call.text("kind");
  const auto kinds = kinds_of(issuer.persona());
  const bool known =
      kind.empty() || std::any_of(kinds.begin(), kinds.end(),
                                  [&](const TokenKind& one) { return one.name == kind; });
  auto recipe = issuer.token(kind, facts);
  if (!recipe) return refuse_argument(known ? "alg" : "kind", recipe.error().message);
  return *recipe;
}

}  // namespace

/// An opaque token says nothing by itself: introspection and userinfo know it.
Obeyed<http::Response> mint_token(const ControlCall& call) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  auto recipe = recipe_for(call, **issuer);
  if (!recipe) return tl::unexpected(recipe.error());
  const std::string bait = call.provider.origin + call.provider.baits.make();
  const MintRequest request = mint_request(call);
  if (auto done = apply(request, (*issuer)->surroundings(bait), *recipe); !done) {
    return refuse_argument("mutate", done.error().message);
  }
  const std::string kind = call.text("kind");
  const bool access = kind.empty() || kind == "access";
  const bool usual = !call.has("opaque") && access;
  auto token = usual                 ? (*issuer)->issue(*recipe)
               : call.flag("opaque") ? (*issuer)->opaque_tokens().add(*recipe)
                                     : recipe->mint();
  if (!token) return refuse_argument("mutate", token.error().message);
  return control_answer({{"token", *token}});
}

}  // namespace idp
