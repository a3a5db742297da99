#include "suites/persona/near_miss.h"

#include <utility>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/family.h"

namespace suites::persona {
namespace {

const check::Refusal kRefused{.statuses = {401, 403}, .challenge = false};

check::Body refuses_all(MakeNear make) {
  return [make = std::move(make)](check::Probe& probe) {
    check::Family family;
    for (Near& near : make(probe)) {
      family.push_back(
          {near.label, {.credential = probe.carry(probe.mint(near.token)), .own_session = true}});
    }
    return check::refuses_each(probe, family, kRefused);
  };
}

}  // namespace

Shared by(check::Attacker attacker, Shared shared) {
  shared.attacker = attacker;
  return shared;
}

std::vector<check::Case> family(const Shared& shared, const std::vector<Row>& rows) {
  std::vector<check::Case> cases;
  for (const Row& row : rows) {
    check::Body body = row.body ? row.body : refuses_all(row.make);
    if (shared.about_scopes) {
      body = check::milder(std::move(body), "the token is valid, but does not grant the scope",
                           check::Impact::privilege);
    }
    cases.push_back({.id = row.id,
                     .title = row.title,
                     .sends = row.sends,
                     .level = shared.level,
                     .attacker = shared.attacker,
                     .references = shared.references,
                     .requirements = shared.requirements,
                     .needs = {.issuer = true, .setting = shared.setting},
                     .faults = row.faults,
                     .why = shared.why,
                     .fix = shared.fix,
                     .run = std::move(body)});
  }
  return cases;
}

Near with(check::Probe& probe, std::string_view claim, std::string json) {
  Near near{std::string(claim) + " = " + json, probe.good()};
  near.token.claims.set(claim, json);
  return near;
}

Near of_issuer(check::Probe& probe, std::string_view path) {
  return with(probe, "iss", base::json_string(probe.context().issuer().base() + std::string(path)));
}

std::vector<Near> of_kind(check::Probe& probe, std::string_view kind, bool for_us) {
  const check::Target& target = probe.target();
  const auto token =
      probe.context().issuer().token(kind, {.audience_json = base::json_string(target.audience),
                                            .scope = base::join(target.scopes, " "),
                                            .alg = probe.context().calibration().alg});
  if (!token) return {};
  Near near{"kind " + std::string(kind), *token};
  probe.context().binding().bind(near.token);
  const jose::Recipe good = probe.good();
  const std::string& scope = target.profile.scope_claim;
  for (const std::string& claim : {scope, std::string(for_us ? "aud" : "")}) {
    const std::string* const value = good.claims.find(claim);
    if (value != nullptr) near.token.claims.set(claim, *value);
  }
  return {std::move(near)};
}

}  // namespace suites::persona
