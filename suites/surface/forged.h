#pragma once

#include <string>
#include <vector>

#include "harness/check/probe.h"

namespace suites::surface {

/// An invalid credential; the label says in a report what is wrong with it.
struct Forged {
  std::string label;
  check::Credential credential;
};
using Forgeries = std::vector<Forged>;

/// What anyone can send who knows nothing: no credentials, garbage, and by mode an unsigned token,
/// one signed with a foreign key or secret, a text of the valid one's form, a wrong password.
Forgeries known_to_anyone(check::Probe& probe);
/// The same without the request that carries no credentials.
Forgeries presented_by_anyone(check::Probe& probe);

/// Genuine tokens that are not valid here: one that expired two hours ago, one for another server,
/// one that was revoked. Empty in modes without them.
Forgeries expired(check::Probe& probe);
Forgeries for_another_server(check::Probe& probe);
Forgeries without_scopes(check::Probe& probe);

}  // namespace suites::surface
