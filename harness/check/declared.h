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
};

Declared declared(Probe& probe);

}  // namespace check
