#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/finding.h"
#include "harness/check/mode.h"
#include "harness/check/severity.h"
#include "harness/mcp/protocol.h"

namespace check {

class Probe;

/// A passage of a specification: {"RFC 7519", "4.1.4"}, {"MCP", "token-handling"}.
struct Reference {
  std::string document;
  std::string section;
  /// Where to read it; for MCP, in the revision given.
  std::string url(mcp::Revision revision) const;
};

/// What must be there for a case to make sense; where it is not, the case is a SKIP that says so.
struct Needs {
  Modes modes = {};  ///< empty: those of the suite's file
  mcp::Revision since = mcp::kOldest;
  mcp::Revision until = mcp::kNewest;
  bool issuer = false;       ///< the target trusts the issuer that we own
  bool scope = false;        ///< a scope that the operation needs is known
  bool witness = false;      ///< a tool that counts its calls
  bool scoped_tool = false;  ///< a tool with a scope of its own
  bool spawned = false;      ///< we started the target ourselves
  bool alone = false;        ///< changes shared state: nothing else may run meanwhile
  bool own_server = false;   ///< gets a server of its own where we can start one, else as `alone`
  bool waits = false;        ///< spends seconds waiting; waits are shared
  bool loud = false;         ///< floods or breaks: opt-in off loopback
  bool last = false;         ///< looks back on the whole run
  /// An extension or a configuration that not every target has; see setting.h. Empty: none.
  std::string setting = {};
};

/// One check. A literal in a suite's file; nothing else has to be touched to add one.
struct Case {
  std::string id;     ///< "claims.expired"; the suite adds its own name
  std::string title;  ///< what must hold: "a token whose exp has passed is refused with 401"
  /// In one line. Empty where the case is named for the mutation of the good token that it sends:
  /// then `what_is_sent` takes the mutation's own words.
  std::string sends;
  Level level = Level::must;
  std::optional<Attacker> attacker;    ///< who can exploit a breach
  std::optional<Level> if_accepted;    ///< see judge
  std::optional<Level> on_2025_03_26;  ///< that revision has no audience rule
  std::vector<Reference> references;
  std::vector<std::string> requirements;  ///< ids of requirements.json
  Needs needs;
  std::vector<std::string> faults;   ///< of the reference server: each must turn this case red
  std::vector<std::string> aliases;  ///< the official suite's names
  std::string why;                   ///< what goes wrong in the world when this is broken
  std::string fix;                   ///< what a maintainer can do
  std::function<Finding(Probe&)> run;

  /// At the level that counts for the revision and the profile of a run.
  Demand demand_at(Level demanded) const;
  std::string suite() const { return id.substr(0, id.find('.')); }
  std::string what_is_sent() const;
};

/// Registers the cases of one file. At namespace scope:
/// `const check::Suite cases{"claims", check::modes::claims(), {{.id = "expired", …}, …}};`
class Suite {
 public:
  /// `modes` are those of the cases that do not name their own.
  Suite(std::string name, Modes modes, std::vector<Case> cases);
};

/// All registered cases: suites in the order of the catalogue, cases in that of their files.
const std::vector<Case>& all_cases();
const Case* find_case(std::string_view id);

}  // namespace check
