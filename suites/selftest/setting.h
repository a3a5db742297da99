#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/mode.h"
#include "harness/check/profile.h"

namespace selftest {

/// How a stage with a setting (harness/check/setting.h) differs from one without.
struct Setting {
  std::string_view name;
  check::Mode mode = check::Mode::oauth;           ///< in which it is judged
  std::map<std::string, std::string> environment;  ///< of the reference server, beside the usual
  void (*declare)(check::Profile&) = nullptr;      ///< what its profile says; null: nothing
  bool own_cases_only = false;                     ///< the others are not judged there once more
  /// A profile that is shipped, text: what it says of the server's environment counts as well.
  std::string_view profile = {};
};

/// One for each setting that cases ask for.
const std::vector<Setting>& settings();
/// Null if there is none of that name.
const Setting* find_setting(std::string_view name);

}  // namespace selftest
