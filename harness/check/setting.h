#pragma once

#include <string_view>
#include <vector>

namespace check {

/// Something that not every target of a mode has: an extension of the specification, or a
/// configuration that its profile declares. Cases ask for one by `Needs::setting`.
struct Setting {
  std::string_view name;     ///< "dpop"
  std::string_view missing;  ///< why a case is skipped without it, in a sentence
};

const std::vector<Setting>& all_settings();
/// Null if there is none of that name.
const Setting* find_setting(std::string_view name);

}  // namespace check
