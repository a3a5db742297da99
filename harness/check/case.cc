#include "harness/check/case.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "mock-idp/jose/mutation.h"

namespace check {
namespace {

/// The order of the catalogue, which is also the order of a report.
constexpr std::array kSuiteOrder = {
    "wiring",        "challenge",
    "discovery",     "precedence",
    "signature",     "claims",
    "surface",       "keys",
    "scope",         "ratelimit",
    "session",       "isolation",
    "origin",        "bearer",
    "api-key",       "basic",
    "jwt-shared",    "jwt-key",
    "none",          "persona",
    "introspection", "userinfo",
    "stdio",         "in-band",
    "passthrough",   "authorization-server",
    "dpop",          "mtls",
    "timing",        "robustness",
    "tls",
};

std::size_t rank(std::string_view suite) {
  const auto* const at = std::find(kSuiteOrder.begin(), kSuiteOrder.end(), suite);
  return static_cast<std::size_t>(std::distance(kSuiteOrder.begin(), at));
}

std::vector<Case>& registry() {
  static std::vector<Case> cases;
  return cases;
}

}  // namespace

std::string Case::what_is_sent() const {
  if (!sends.empty()) return sends;
  const jose::Mutation* const mutation = jose::find_mutation(id.substr(id.find('.') + 1));
  if (mutation == nullptr) return {};
  return fmt::format("The good token with one change: {}.", mutation->summary);
}

Demand Case::demand_at(Level demanded) const {
  return {demanded, if_accepted, attacker.value_or(Attacker::none)};
}

Suite::Suite(std::string name, Modes modes, std::vector<Case> cases) {
  for (Case& one : cases) {
    if (one.needs.modes.empty()) one.needs.modes = modes;
    one.id = fmt::format("{}.{}", name, one.id);
    registry().push_back(std::move(one));
  }
}

const std::vector<Case>& all_cases() {
  static const std::vector<Case> sorted = [] {
    std::vector<Case> cases = registry();
    std::stable_sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) {
      return rank(a.suite()) < rank(b.suite());
    });
    return cases;
  }();
  return sorted;
}

const Case* find_case(std::string_view id) {
  const auto& cases = all_cases();
  const auto found =
      std::find_if(cases.begin(), cases.end(), [&](const Case& one) { return one.id == id; });
  return found == cases.end() ? nullptr : &*found;
}

}  // namespace check
