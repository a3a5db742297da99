#pragma once

#include <string>
#include <vector>

#include "harness/mcp/protocol.h"

namespace suites::surface {

/// A request about something that the server lists, and what it is about.
struct Offer {
  std::string name;  ///< "tools/call of echo"
  mcp::Operation operation;
};
using Offers = std::vector<Offer>;

/// One call of each listed tool that does no harm. `tools` is the result of tools/list, JSON text.
/// A tool that only reads, by its annotations or the verb of its name, gets sample arguments. One
/// that may change something is called without the arguments that it requires, which no server
/// can carry out; where it requires none it is left out.
struct ToolOffers {
  Offers harmless;
  Offers impossible;
};
ToolOffers offers_of_tools(const std::string& tools);

/// A read of each listed resource, a prompt of each listed one, with sample arguments; one that
/// does not exist where the list is empty.
Offers offers_of_resources(const std::string& resources);
Offers offers_of_prompts(const std::string& prompts);
/// Completion of an argument of a listed prompt, of a template's variable, or of nothing known.
Offers offers_of_completion(const std::string& prompts, const std::string& templates);

}  // namespace suites::surface
