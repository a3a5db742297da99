#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/jose/recipe.h"

namespace check {

/// A token as mode stdio-jwt has it: HS256 over the secret that the server shares with its clients,
/// good for a day, with what the user may do in `permissions`. No audience: a library that was not
/// told one refuses tokens that name any.
jose::Recipe stdio_token(const std::string& secret, std::string_view subject,
                         const std::vector<std::string>& permissions, long long now);

}  // namespace check
