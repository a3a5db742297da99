#pragma once

#include <string>
#include <vector>

#include "suites/surface/way.h"

namespace suites::surface {

/// What valid credentials get at the endpoint. A door is open where it gives the same to others.
struct Protected {
  mcp::Answer tools;  ///< the answer to tools/list
};
std::optional<Protected> behind_the_endpoint(check::Probe& probe);
/// Whether an answer gives what the endpoint protects.
bool gives_away(const mcp::Answer& answer, const Protected& kept);

/// Tries a path of the target's host with each forgery: tools/list as the run frames it, then a
/// session of the older revisions. Nothing where the path gives nothing away.
std::optional<check::Finding> open_at(check::Probe& probe, const std::string& path,
                                      const Protected& kept, const Forgeries& forgeries);
/// Tries all of them; the finding says how many there were.
check::Finding closed_at(check::Probe& probe, const std::vector<std::string>& paths);

/// No credentials, and garbage.
Forgeries strangers(check::Probe& probe);

/// Paths of the target's own host that a page or document names, those first that sound like MCP.
/// `origin` is the host's, as in "http://127.0.0.1:8080".
std::vector<std::string> paths_named_in(std::string_view text, std::string_view origin);

}  // namespace suites::surface
