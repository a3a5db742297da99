#pragma once

#include <string>
#include <vector>

#include "harness/check/mode.h"

namespace selftest {

/// A planted defect: of the reference server, or of the strict issuer of the mock provider.
struct Fault {
  std::string id;       ///< "exp.skip"; "as.pkce-plain" for what an issuer can get wrong
  std::string summary;  ///< what goes wrong
  check::Modes modes;   ///< of the targets that can have it
  /// What shows it, where no request can: the path of a script. Empty: a case does.
  std::string shown_by = {};
};

/// Every one: those of the reference server in its order, then the issuer's.
const std::vector<Fault>& faults();

/// The scenario of an issuer that has the fault: "pkce-plain" for "as.pkce-plain".
std::string scenario_of(const std::string& fault);

}  // namespace selftest
