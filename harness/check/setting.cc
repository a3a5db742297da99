#include "harness/check/setting.h"

#include <algorithm>

namespace check {

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> list = {
      {"dpop", "needs a server that does DPoP (RFC 9449): its metadata or its challenges say so"},
      {"dpop-nonce", "needs a server that wants its nonces in DPoP proofs"},
      {"mtls", "needs a server that wants tokens bound to certificates (RFC 8705)"},
      {"tls", "needs a server over https"},
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
