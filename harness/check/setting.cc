#include "harness/check/setting.h"

#include <algorithm>

namespace check {

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> list = {
      {"rate-limit", "no rate limit is declared (the profile can declare one in /rate_limit)"},
      {"upstream",
       "no tool is known that asks an upstream which we gave the server (--spawn, and "
       "/relay in the profile)"},
  };
  return list;
}

const Setting* find_setting(std::string_view name) {
  const auto& all = all_settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace check
