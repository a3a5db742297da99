#include "suites/claims/judged.h"

#include <utility>

#include "harness/check/family.h"
#include "mock-idp/jose/mutation.h"

namespace suites::claims {

Shared by(check::Attacker attacker, Shared shared) {
  shared.attacker = attacker;
  return shared;
}

std::vector<check::Case> family(const Shared& shared, const std::vector<Row>& rows) {
  std::vector<check::Case> cases;
  for (const Row& row : rows) {
    check::Body body = row.body ? row.body : check::refuses_mutation(row.id);
    if (!shared.harmless.empty()) body = check::milder(std::move(body), shared.harmless);
    check::Needs needs = shared.needs;
    if (!row.modes.empty()) needs.modes = row.modes;
    cases.push_back({.id = row.id,
                     .title = row.title,
                     .sends = row.sends,
                     .level = shared.level,
                     .attacker = shared.attacker,
                     .if_accepted = shared.if_accepted,
                     .on_2025_03_26 = shared.on_2025_03_26,
                     .references = shared.references,
                     .requirements = shared.requirements,
                     .needs = needs,
                     .faults = row.faults,
                     .aliases = row.aliases,
                     .why = shared.why,
                     .fix = shared.fix,
                     .run = std::move(body)});
  }
  return cases;
}

check::Body observes_mutation(std::string mutation, std::string observation) {
  return
      [mutation = std::move(mutation), observation = std::move(observation)](check::Probe& probe) {
        jose::Recipe token = probe.good();
        const jose::Mutation* const change = jose::find_mutation(mutation);
        if (change == nullptr) return check::Finding::failed("there is no mutation " + mutation);
        const auto applied = change->apply(token, probe.context().issuer().surroundings());
        if (!applied) return check::Finding::skipped(applied.error().message);
        return probe.observes({.credential = probe.carry(probe.mint(token))}, observation);
      };
}

}  // namespace suites::claims
