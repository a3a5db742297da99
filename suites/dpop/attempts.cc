#include "suites/dpop/attempts.h"

#include "harness/check/family.h"

namespace suites::dpop {

using check::Attempt;
using check::Finding;
using check::Probe;

Attempt bound(Probe& probe, check::MakeProofs make) {
  jose::Recipe token = probe.good();
  probe.context().binding().bind_to_key(token);
  return {.credential = check::authorization("DPoP " + probe.mint(token)),
          .own_session = !probe.context().binding().dpop,
          .proofs = std::move(make)};
}

std::string text_of(const jose::Recipe& proof) { return proof.mint().value_or(""); }

check::MakeProofs changed(Probe& probe, Change change) {
  return [&probe, change = std::move(change)](const jose::Recipe& good) {
    jose::Recipe proof = good;
    change(proof, probe);
    return std::vector<std::string>{text_of(proof)};
  };
}

std::optional<Finding> not_accepted(Probe& probe) {
  // Where DPoP is demanded the control comes with a proof itself.
  if (probe.context().binding().dpop) return std::nullopt;
  const mcp::Answer answer = probe.send(bound(probe));
  if (answer.kind == mcp::Kind::result) return std::nullopt;
  return Finding::undecided("a good token with a good proof was refused just before: " +
                            answer.summary());
}

/// RFC 9449 shows 401 (sections 7.1 and 9), and takes over the errors of RFC 6750, section 3.1,
/// where a malformed request is answered with 400.
check::Refusal refusal_of_proof() { return {.statuses = {401, 400}}; }

check::Body refuses_proof(Change change) {
  return [change = std::move(change)](Probe& probe) {
    if (auto undecided = not_accepted(probe)) return *undecided;
    return probe.refuses(bound(probe, changed(probe, change)), refusal_of_proof());
  };
}

check::Body refuses_proofs(std::vector<NamedChange> changes) {
  return [changes = std::move(changes)](Probe& probe) {
    if (auto undecided = not_accepted(probe)) return *undecided;
    check::Family family;
    for (const NamedChange& one : changes) {
      family.push_back({one.label, bound(probe, changed(probe, one.change))});
    }
    return check::refuses_each(probe, family, refusal_of_proof());
  };
}

check::Body accepts_proof(Change change) {
  return [change = std::move(change)](Probe& probe) {
    if (auto undecided = not_accepted(probe)) return *undecided;
    return probe.accepts(bound(probe, changed(probe, change)));
  };
}

mcp::Answer refused_answer(Probe& probe) {
  return probe.send(bound(probe, changed(probe, [](jose::Recipe& proof, Probe&) {
                            proof.header.set_string("typ", "JWT");
                          })));
}

}  // namespace suites::dpop
