#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "mock-idp/jose/recipe.h"

namespace jose {

/// What a mutation may draw on beside the good token itself.
struct Surroundings {
  std::vector<Key> published;  ///< the issuer's published keys; the first signs the control
  std::string jwks;            ///< the JWK set as it is published
  std::string bait_url;        ///< an unguessable URL of ours; a hit on it is a leak
  std::string client_id = "mcp-authspec";
};

/// One named way to spoil a good token: exactly one thing differs afterwards.
struct Mutation {
  std::string name;     ///< stable: "alg-none-lower", "aud-other"
  std::string summary;  ///< what differs, for people
  /// Fails where the token has nothing to spoil that way, such as an EC trick on an RSA token.
  std::function<base::Result<void>(Recipe&, const Surroundings&)> apply;
};

/// Every mutation there is, grouped by family, in a stable order.
const std::vector<Mutation>& mutations();
const Mutation* find_mutation(std::string_view name);

}  // namespace jose
