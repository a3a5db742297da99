#pragma once

#include <string>

#include "suites/surface/way.h"

namespace suites::surface {

/// What valid credentials get for a list, JSON text; empty where there is none. Asked for once in a
/// run.
const std::string& listed(check::Probe& probe, const std::string& method);

/// The ways of JSON-RPC requests, by group.
Ways to_handshake(check::Probe& probe);  ///< the run's own era
Ways to_tools(check::Probe& probe);      ///< a harmless call, else an impossible one
Ways to_each_tool(check::Probe& probe);
Ways to_resources(check::Probe& probe);
Ways to_prompts(check::Probe& probe);
Ways to_completion(check::Probe& probe);
/// All of these: where a genuine token that is not valid here is tried.
Ways to_methods(check::Probe& probe);

}  // namespace suites::surface
