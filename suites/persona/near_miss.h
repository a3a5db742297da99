#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/check/probe.h"

namespace suites::persona {

/// A token that resembles the good one of a provider.
struct Near {
  std::string label;
  jose::Recipe token;
};
using MakeNear = std::function<std::vector<Near>(check::Probe&)>;

/// What the near misses of one kind have in common.
struct Shared {
  std::string setting;  ///< "persona-okta"
  check::Level level = check::Level::must;
  std::optional<check::Attacker> attacker;  ///< see Case
  bool about_scopes = false;                ///< the token is valid, but does not grant what is done
  std::vector<check::Reference> references;
  std::vector<std::string> requirements;
  std::string why;
  std::string fix;
};

/// One case: each of its tokens is refused, with 401 or 403.
struct Row {
  std::string id;
  std::string title;
  std::string sends;
  std::vector<std::string> faults;
  MakeNear make;
  check::Body body = nullptr;  ///< instead of `make`
};

/// The same family for rows whose breach serves another attacker.
Shared by(check::Attacker attacker, Shared shared);

std::vector<check::Case> family(const Shared& shared, const std::vector<Row>& rows);

/// The good token with one claim changed; `json` is JSON text.
Near with(check::Probe& probe, std::string_view claim, std::string json);
/// The same for an issuer at another path of the provider, given from `/i/<name>` on.
Near of_issuer(check::Probe& probe, std::string_view path);
/// A token of another kind of the provider, with the scopes and, if `for_us`, the audience of the
/// good one.
std::vector<Near> of_kind(check::Probe& probe, std::string_view kind, bool for_us);

}  // namespace suites::persona
