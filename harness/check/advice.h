#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace check {

/// What is said of findings whose cause is known better than the rule of their case: the same for
/// all cases in which a server answers 500, whatever token each of them sent.
struct Advice {
  std::string why;
  std::string fix;
};

/// By the cause of a finding and, where it is known, the framework of the server (see
/// TargetFacts::framework). Nothing: the case's own words fit.
std::optional<Advice> advice_for(std::string_view cause, std::string_view framework);

}  // namespace check
