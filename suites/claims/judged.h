#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/check/probe.h"

namespace suites::claims {

/// What the cases of a family have in common.
struct Shared {
  check::Level level = check::Level::must;
  std::optional<check::Attacker> attacker;  ///< see Case
  std::optional<check::Level> if_accepted;
  /// Where set: why a token that is accepted here was not forged. It is a defect all the same, but
  /// no way around authentication.
  std::string harmless = {};
  std::optional<check::Level> on_2025_03_26;
  std::vector<check::Reference> references;
  std::vector<std::string> requirements;
  check::Needs needs = {.issuer = true};
  std::string why;
  std::string fix;
};

/// One case of a family: unless there is a body, the mutation of that name is refused.
struct Row {
  std::string id;
  std::string title;
  std::vector<std::string> faults;
  check::Body body = nullptr;
  std::string sends = {};  ///< see Case
  std::vector<std::string> aliases = {};
  check::Modes modes = {};  ///< where they are not those of the file
};

/// The same family for rows whose breach serves another attacker.
Shared by(check::Attacker attacker, Shared shared);

std::vector<check::Case> family(const Shared& shared, const std::vector<Row>& rows);

/// Notes under `observation` what the target makes of the control with that mutation.
check::Body observes_mutation(std::string mutation, std::string observation);

}  // namespace suites::claims
