#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "mock-idp/jose/mutation.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

/// What somebody wants of a token beyond what every good one has.
struct MintRequest {
  std::string sub;                     ///< empty: as it is
  std::vector<std::string> audiences;  ///< more than one: an array; none: as it is
  long long ttl = 300;                 ///< seconds from now to `exp`; may be negative
  std::vector<jose::Member> claims;    ///< replace or add
  std::vector<jose::Member> header;
  std::vector<std::string> mutations;  ///< in this order, after everything else
};

/// Applies the request to a good token. The error names the mutation that is unknown or does not
/// apply.
base::Result<void> apply(const MintRequest& request, const jose::Surroundings& around,
                         jose::Recipe& recipe);

/// `value`, or `["a","b"]` for several.
std::string audience_json(const std::vector<std::string>& audiences);

}  // namespace idp
