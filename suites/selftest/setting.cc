#include "suites/selftest/setting.h"

#include <algorithm>

namespace selftest {

const std::vector<Setting>& settings() {
  static const std::vector<Setting> list = {
      {.name = "rate-limit",
       .environment = {{"RATE_LIMIT_RPS", "50"}, {"RATE_LIMIT_BURST", "100"}},
       .own_cases_only = true},
      {.name = "upstream",
       .environment = {{"UPSTREAM_AUTH", "client-credentials"}},
       .own_cases_only = true},
  };
  return list;
}

const Setting* find_setting(std::string_view name) {
  const auto& all = settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace selftest
