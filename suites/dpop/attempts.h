#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/check/case.h"
#include "harness/check/probe.h"

namespace suites::dpop {

/// A request with a good token that is bound to our key, behind DPoP, and the proofs that `make`
/// makes of the good one; without it, that one.
check::Attempt bound(check::Probe& probe, check::MakeProofs make = {});

/// A proof as it is sent. Not by `Probe::mint`, which has the issuer register what it knows of
/// tokens that say nothing by themselves.
std::string text_of(const jose::Recipe& proof);

/// What differs from the good proof.
using Change = std::function<void(jose::Recipe& proof, check::Probe& probe)>;
/// One proof, with that change.
check::MakeProofs changed(check::Probe& probe, Change change);

/// How a bad proof may be answered.
check::Refusal refusal_of_proof();

/// The body of a case: the good proof is accepted, the changed one is refused.
check::Body refuses_proof(Change change);
/// The same for several changes of a kind; the label says in a report which it was.
struct NamedChange {
  std::string label;
  Change change;
};
check::Body refuses_proofs(std::vector<NamedChange> changes);
check::Body accepts_proof(Change change);

/// Sends the good token with a good proof; nothing if it is accepted, else an undecided finding.
std::optional<check::Finding> not_accepted(check::Probe& probe);

/// The answer to a refused proof.
mcp::Answer refused_answer(check::Probe& probe);

}  // namespace suites::dpop
