#include "suites/selftest/fault.h"

#include <string_view>

#include "fixtures/reference-server/modes.h"
#include "fixtures/reference-server/reference_server.h"
#include "mock-idp/idp/weakness.h"

namespace selftest {
namespace {

constexpr std::string_view kOfIssuers = "as.";

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  for (const auto& one : reference_server::faults()) {
    Fault fault{.id = one.id, .summary = one.summary, .modes = {}, .shown_by = one.shown_by};
    for (const check::Mode mode : check::all_modes()) {
      const auto own = reference_server::mode_from(check::to_string(mode));
      if (own && reference_server::modes::contains(one.modes, *own)) fault.modes.push_back(mode);
    }
    all.push_back(std::move(fault));
  }
  for (const idp::WeaknessFact& one : idp::weakness_facts()) {
    all.push_back({.id = std::string(kOfIssuers) + std::string(one.id),
                   .summary = std::string(one.summary),
                   .modes = {check::Mode::authorization_server}});
  }
  return all;
}

}  // namespace

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = all_faults();
  return all;
}

std::string scenario_of(const std::string& fault) { return fault.substr(kOfIssuers.size()); }

}  // namespace selftest
