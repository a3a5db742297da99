#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/check/family.h"

namespace suites {

using Scopes = std::vector<std::string>;

/// The modes in which tokens have scopes that we choose.
check::Modes scoped_modes();

/// An operation whose scopes are known.
struct Needed {
  std::string label;  ///< "tools/list", "the tool admin_report"
  mcp::Operation operation;
  Scopes base;     ///< what every request needs beside `scopes`
  Scopes scopes;   ///< what this operation needs; never empty
  Scopes broader;  ///< scopes of a hierarchy, each of which includes `scopes`
  Scopes all() const;
};

/// The control's operation, where its scopes are known; the tool with scopes of its own, where
/// there is one.
std::optional<Needed> needed_by_every_request(const check::Probe& probe);
/// What every request needs by what we told a spawned server in REQUIRED_SCOPE, where the server
/// itself shows no sign of it.
std::optional<Needed> needed_by_our_word(const check::Probe& probe);
std::optional<Needed> needed_by_tool(const check::Probe& probe);

/// A case about one operation: about every request if that is known, else about the tool. Skipped
/// where no scope is known.
using OfNeeded = std::function<check::Finding(check::Probe&, const Needed&)>;
check::Body about_scopes(OfNeeded judge);
/// A case about all operations that are known.
check::Body about_all_scopes(OfNeeded judge);

/// Good tokens but for their scopes: given as they are, as one text, as none at all.
check::Attempt with_scopes(check::Probe& probe, const Needed& needed, const Scopes& scopes);
check::Attempt with_scope_text(check::Probe& probe, const Needed& needed, const std::string& text);
check::Attempt without_scopes(check::Probe& probe, const Needed& needed);
/// Scopes that have nothing to do with the operation.
check::Attempt unrelated_scopes(check::Probe& probe, const Needed& needed);

}  // namespace suites
