#include "suites/selftest/setting.h"

#include <algorithm>

namespace selftest {

const std::vector<Setting>& settings() {
  static const std::vector<Setting> list = {
      {.name = "dpop", .environment = {{"DPOP", "required"}}},
      {.name = "dpop-nonce", .environment = {{"DPOP", "required"}, {"DPOP_NONCE", "required"}}},
      {.name = "mtls", .environment = {{"MTLS", "required"}}},
      {.name = "tls", .environment = {{"HTTPS", "on"}}},
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
