#include "suites/surface/rows.h"

#include <utility>

namespace suites::surface {

std::vector<check::Case> cases_on_ways(std::vector<Row> rows) {
  std::vector<check::Case> cases;
  for (Row& row : rows) {
    cases.push_back({
        .id = std::move(row.id),
        .title = std::move(row.title),
        .sends = std::move(row.sends),
        .level = check::Level::must,
        .attacker = check::Attacker::anyone,
        .references = {{"MCP", "token-requirements"},
                       {"MCP", "token-handling"},
                       {"MCP", "access-token-privilege-restriction"}},
        .requirements = {"RS-08", "RS-11", "RS-15", "RS-16"},
        .needs = std::move(row.needs),
        .faults = std::move(row.faults),
        .why = "An attacker without any valid credential uses the part of the server whose check "
               "is missing.",
        .fix = "Verify the credential once, in a layer in front of every method, HTTP method, path "
               "and transport of the MCP server, before the message is looked at.",
        .run = row.body ? std::move(row.body) : verifies(std::move(row.ways)),
    });
  }
  return cases;
}

}  // namespace suites::surface
