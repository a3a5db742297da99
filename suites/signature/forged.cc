#include "suites/signature/forged.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "harness/check/family.h"
#include "mock-idp/jose/mutation.h"

namespace suites::signature {
namespace {

using check::Finding;
using check::Probe;

base::Result<void> apply(std::string_view name, jose::Recipe& token,
                         const jose::Surroundings& surroundings) {
  const jose::Mutation* const mutation = jose::find_mutation(name);
  if (mutation == nullptr) return base::fail(fmt::format("there is no mutation {}", name));
  return mutation->apply(token, surroundings);
}

Finding refuses_mutated(Probe& probe, jose::Recipe token, const std::string& mutation) {
  const auto applied = apply(mutation, token, probe.context().issuer().surroundings());
  if (!applied) return Finding::skipped(applied.error().message);
  return probe.refuses(token);
}

Finding served_or_refused(Probe& probe, const jose::Recipe& token) {
  if (!probe.control_accepted()) {
    return Finding::undecided("good credentials were refused just before");
  }
  const mcp::Answer answer = probe.send({.credential = probe.carry(probe.mint(token))});
  const bool closed = answer.exchange.failure == wire::Failure::reset ||
                      answer.exchange.failure == wire::Failure::closed;
  const bool in_order = closed || (answer.status() != 0 && answer.status() < 500);
  if (!probe.control_accepted()) {
    Finding finding = Finding::broken("the server goes on serving good tokens", answer.summary(),
                                      "good credentials are refused after this one token");
    finding.impact = check::Impact::failure;
    return finding;
  }
  if (in_order) return Finding::met(answer.summary());
  probe.decisive(answer.exchange, true);
  Finding finding = Finding::broken("any answer but a server error", answer.summary(),
                                    "the token made the server fail, not refuse");
  finding.outcome = check::Outcome::misrefused;
  finding.impact = check::Impact::failure;
  finding.cause = "an unhandled error";
  return finding;
}

}  // namespace

Shared by(check::Attacker attacker, Shared shared) {
  shared.attacker = attacker;
  return shared;
}

std::vector<check::Case> family(const Shared& shared, const std::vector<Row>& rows) {
  std::vector<check::Case> cases;
  for (const Row& row : rows) {
    check::Body body = row.body ? row.body : check::refuses_mutation(row.id);
    if (!shared.harmless.empty()) body = check::milder(std::move(body), shared.harmless);
    cases.push_back({.id = row.id,
                     .title = row.title,
                     .sends = row.sends,
                     .level = shared.level,
                     .attacker = shared.attacker,
                     .if_accepted = shared.if_accepted,
                     .references = shared.references,
                     .requirements = {"RS-08", "RS-10", "RS-11", "RS-13", "RS-21"},
                     .needs = {.issuer = true},
                     .faults = row.faults,
                     .aliases = row.aliases,
                     .why = shared.why,
                     .fix = shared.fix,
                     .run = std::move(body)});
  }
  return cases;
}

std::optional<jose::Recipe> good_of(Probe& probe, std::string_view alg) {
  jose::Recipe token = probe.good();
  if (token.header.string("alg") == alg) return token;
  const auto keys = probe.context().issuer().keys().published();
  const auto key = std::find_if(keys.begin(), keys.end(),
                                [&](const jose::Key& one) { return one.alg() == alg; });
  if (key == keys.end()) return std::nullopt;
  token.signed_by(*key);
  token.header.set_string("alg", alg).set_string("kid", key->kid());
  const auto answer = probe.send({.credential = probe.carry(probe.mint(token))});
  if (answer.kind != mcp::Kind::result) return std::nullopt;
  return token;
}

check::Body refuses_of(std::string alg, std::string mutation) {
  return [alg = std::move(alg), mutation = std::move(mutation)](Probe& probe) {
    const auto token = good_of(probe, alg);
    if (!token) return Finding::skipped(fmt::format("the server accepts no good {} token", alg));
    return refuses_mutated(probe, *token, mutation);
  };
}

check::Body refuses_of_each(std::vector<std::string> algorithms, std::string mutation) {
  return [algorithms = std::move(algorithms), mutation = std::move(mutation)](Probe& probe) {
    std::vector<std::string> wanted = algorithms;
    const std::string own = probe.context().calibration().alg;
    if (std::find(wanted.begin(), wanted.end(), own) == wanted.end()) wanted.push_back(own);
    std::vector<Finding> findings;
    for (const std::string& alg : wanted) {
      const auto token = good_of(probe, alg);
      if (!token) continue;
      findings.push_back(check::labelled(alg, refuses_mutated(probe, *token, mutation)));
    }
    return check::worst(std::move(findings));
  };
}

check::Body refuses_over_every_key(std::string mutation) {
  return [mutation = std::move(mutation)](Probe& probe) {
    jose::Surroundings surroundings = probe.context().issuer().surroundings();
    std::vector<Finding> findings;
    std::string reason = "no key is published";
    for (std::size_t i = 0; i < surroundings.published.size(); ++i) {
      // The mutation aims at the first one.
      auto& keys = surroundings.published;
      std::rotate(keys.begin(), keys.begin() + (i == 0 ? 0 : 1), keys.end());
      jose::Recipe token = probe.good();
      if (const auto applied = apply(mutation, token, surroundings); !applied) {
        reason = applied.error().message;
        continue;
      }
      findings.push_back(check::labelled(keys.front().kid(), probe.refuses(token)));
      if (!findings.back().ok()) break;
    }
    return findings.empty() ? Finding::skipped(reason) : check::worst(std::move(findings));
  };
}

check::Body refuses_mutations(std::vector<std::string> mutations) {
  return [mutations = std::move(mutations)](Probe& probe) {
    std::vector<Finding> findings;
    for (const std::string& mutation : mutations) {
      findings.push_back(check::labelled(mutation, refuses_mutated(probe, probe.good(), mutation)));
      if (findings.back().outcome == check::Outcome::accepted) break;
    }
    return check::worst(std::move(findings));
  };
}

check::Body survives_mutation(std::string mutation) {
  return [mutation = std::move(mutation)](Probe& probe) {
    jose::Recipe token = probe.good();
    const auto applied = apply(mutation, token, probe.context().issuer().surroundings());
    if (!applied) return Finding::skipped(applied.error().message);
    return served_or_refused(probe, token);
  };
}

}  // namespace suites::signature
