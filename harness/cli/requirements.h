#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/mcp/protocol.h"

namespace cli {

/// A requirement of the MCP specification, as suites/requirements.json has it.
struct Requirement {
  std::string id;     ///< "RS-09"
  std::string role;   ///< who has to do it: "RS", "AS", "client", "ALL"
  std::string level;  ///< "MUST", "SHOULD NOT", …
  std::string text;
  std::vector<std::string> revisions;
  /// Why no case covers it, from suites/excluded.json; empty where one should.
  std::string excluded;

  bool in_force(mcp::Revision revision) const;
};

/// All of them, in the order of the file.
const std::vector<Requirement>& requirements();
const Requirement* find_requirement(std::string_view id);

/// The ids of the cases that name the requirement.
std::vector<std::string> cases_covering(const Requirement& requirement);

}  // namespace cli
