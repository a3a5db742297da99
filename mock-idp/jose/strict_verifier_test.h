#pragma once

#include <set>
#include <string>
#include <vector>

#include "mock-idp/jose/key.h"

namespace jose {

/// What a verifier is told: whom it trusts, who it is, and when.
struct Trusted {
  std::vector<Key> keys;
  std::string usual_alg;  ///< with which a token is verified whose header names none
  std::string issuer;
  std::string audience;
  long long now = 0;
};

/// Everything that is wrong with a token, by name, read on as far as it can be read: a token with
/// one fault gets one name. It also compares the claims with one another, as the strictest
/// libraries do: a token that was never valid differs from a valid one in more than its end.
std::set<std::string> problems_of(const std::string& token, const Trusted& trusted);

}  // namespace jose
