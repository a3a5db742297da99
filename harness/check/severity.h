#pragma once

#include <optional>
#include <string_view>

#include "harness/check/finding.h"

namespace check {

enum class Severity { info, low, medium, high, critical };
std::string_view to_string(Severity severity);                  ///< "info", …
std::optional<Severity> severity_named(std::string_view name);  ///< nothing for other names

/// How bad a breach is: the table of docs/severity.md. Nothing else decides it.
Severity severity_of(Attacker attacker, Impact impact, Level level);

struct Judgement {
  Verdict verdict = Verdict::error;
  Severity severity = Severity::info;
};

/// What a case demands, as far as it decides what a breach is worth.
struct Demand {
  Level level = Level::must;
  /// Replaces the level where the outcome is `accepted`, such as for encodings that are wrong but
  /// forge nothing.
  std::optional<Level> if_accepted = {};
  Attacker attacker = Attacker::none;
};
Judgement judge(const Demand& demand, const Finding& finding);

}  // namespace check
