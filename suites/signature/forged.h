#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/probe.h"

namespace suites::signature {

/// What the cases of a family have in common.
struct Shared {
  check::Level level = check::Level::must;
  std::optional<check::Attacker> attacker;  ///< see Case
  std::optional<check::Level> if_accepted;
  /// Where set: why a token that is accepted here was not forged. It is a defect all the same, but
  /// no way around authentication.
  std::string harmless = {};
  std::vector<check::Reference> references;
  std::string why;
  std::string fix;
};

/// One case of a family. The id is the name of its mutation unless there is a body.
struct Row {
  std::string id;
  std::string title;
  std::vector<std::string> faults;
  check::Body body = nullptr;
  std::string sends = {};  ///< see Case
  std::vector<std::string> aliases = {};
};

/// The same family for rows whose breach serves another attacker.
Shared by(check::Attacker attacker, Shared shared);

std::vector<check::Case> family(const Shared& shared, const std::vector<Row>& rows);

/// The control signed with `alg` by the issuer's published key for it; nothing where the target
/// does not accept that, or no such key is published.
std::optional<jose::Recipe> good_of(check::Probe& probe, std::string_view alg);

/// The mutation of a good token of that algorithm is refused. Skipped where the target does not
/// accept good tokens of it.
check::Body refuses_of(std::string alg, std::string mutation);
/// The same with the control's own algorithm and each of these that the target accepts.
check::Body refuses_of_each(std::vector<std::string> algorithms, std::string mutation);
/// The mutation, aimed at each published key in turn, is refused.
check::Body refuses_over_every_key(std::string mutation);
/// Each of these mutations is refused.
check::Body refuses_mutations(std::vector<std::string> mutations);
/// Whatever the server makes of it, it answers in order: no 5xx, no silence.
check::Body survives_mutation(std::string mutation);

/// A refusal by status 401 or 400: for what is no well-formed Authorization field either.
inline const check::Refusal kRefusedAsMalformed{.statuses = {401, 400}};

}  // namespace suites::signature
