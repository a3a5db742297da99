#pragma once

#include <string>
#include <vector>

#include "harness/check/probe.h"

namespace check {

/// What a target's maintainer declares beyond what can be found by asking: by the profile, or by
/// the target itself in `_meta["io.mcp-authspec/declares"]` of its tools/list result. The profile
/// wins.
struct Declared {
  std::string health_path;                ///< open to everybody
  std::string allowed_origin;             ///< an Origin whose requests are served
  std::vector<std::string> scope_claims;  ///< claims beside `scope` that scopes are read from
  /// Of mode api-key: "several" where API_KEY_2 is a good key as well, "revoked" where
  /// API_KEY_REVOKED is known as one that no longer is.
  std::vector<std::string> api_keys;
};

Declared declared(Probe& probe);

}  // namespace check
