#include "mock-idp/idp/mint.h"

#include <fmt/core.h>

#include "common/base/json.h"

namespace idp {

std::string audience_json(const std::vector<std::string>& audiences) {
  if (audiences.size() == 1) return base::json_string(audiences.front());
  std::string text = "[";
  for (const std::string& audience : audiences) {
    if (text.size() > 1) text += ',';
    text += base::json_string(audience);
  }
  return text + "]";
}

base::Result<void> apply(const MintRequest& request, const jose::Surroundings& around,
                         jose::Recipe& recipe) {
  if (!request.sub.empty()) recipe.claims.set_string("sub", request.sub);
  if (!request.audiences.empty()) recipe.claim("aud", audience_json(request.audiences));
  recipe.expiring_in(std::chrono::seconds(request.ttl));
  for (const jose::Member& claim : request.claims) recipe.claim(claim.name, claim.json);
  for (const jose::Member& member : request.header) recipe.header_member(member.name, member.json);
  for (const std::string& name : request.mutations) {
    const jose::Mutation* const mutation = jose::find_mutation(name);
    if (mutation == nullptr) return base::fail(fmt::format("no mutation \"{}\"", name));
    if (auto done = mutation->apply(recipe, around); !done) {
      return base::fail(fmt::format("{}: {}", name, done.error().message));
    }
  }
  return {};
}

}  // namespace idp
