#include "harness/check/finding.h"

#include <algorithm>
#include <utility>

namespace check {
namespace {

/// How bad a finding is when several are reported as one: higher wins.
int weight(const Finding& finding) {
  switch (finding.kind) {
    case Finding::Kind::skipped:
      return 0;
    case Finding::Kind::met:
      return 1;
    case Finding::Kind::undecided:
      return 2;
    case Finding::Kind::failed:
      return 3;
    case Finding::Kind::broken:
      break;
  }
  switch (finding.outcome) {
    case Outcome::accepted:
      return 6;
    case Outcome::misrefused:
      return 5;
    default:
      return 4;
  }
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::must:
      return "MUST";
    case Level::should:
      return "SHOULD";
    case Level::bcp:
      return "BCP";
    case Level::profile:
      return "PROFILE";
    case Level::observe:
      break;
  }
  return "OBSERVE";
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "PASS";
    case Verdict::fail:
      return "FAIL";
    case Verdict::warn:
      return "WARN";
    case Verdict::skip:
      return "SKIP";
    case Verdict::inconclusive:
      return "INCONCLUSIVE";
    case Verdict::error:
      break;
  }
  return "ERROR";
}

std::string_view to_string(Attacker attacker) {
  switch (attacker) {
    case Attacker::anyone:
      return "anyone";
    case Attacker::token_holder:
      return "token-holder";
    case Attacker::other_issuer:
      return "other-issuer";
    case Attacker::network:
      return "network";
    case Attacker::issuer:
      return "issuer";
    case Attacker::none:
      break;
  }
  return "none";
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return "accepted";
    case Outcome::misrefused:
      return "misrefused";
    case Outcome::refused:
      return "refused";
    case Outcome::not_applicable:
      break;
  }
  return "n/a";
}

std::optional<Outcome> outcome_named(std::string_view name) {
  for (const Outcome outcome :
       {Outcome::not_applicable, Outcome::accepted, Outcome::misrefused, Outcome::refused}) {
    if (to_string(outcome) == name) return outcome;
  }
  return std::nullopt;
}

std::string_view to_string(Impact impact) {
  switch (impact) {
    case Impact::bypass:
      return "bypass";
    case Impact::privilege:
      return "privilege";
    case Impact::exposure:
      return "exposure";
    case Impact::failure:
      return "failure";
    case Impact::laxity:
      return "laxity";
    case Impact::misrefused:
      return "misrefused";
    case Impact::requirement:
      break;
  }
  return "requirement";
}

Finding Finding::met(std::string actual) {
  return {.kind = Kind::met, .actual = std::move(actual)};
}

Finding Finding::broken(std::string expected, std::string actual, std::string reason) {
  return {.kind = Kind::broken,
          .expected = std::move(expected),
          .actual = std::move(actual),
          .reason = std::move(reason)};
}

Finding Finding::skipped(std::string reason) {
  return {.kind = Kind::skipped, .reason = std::move(reason)};
}

Finding Finding::undecided(std::string reason) {
  return {.kind = Kind::undecided, .reason = std::move(reason)};
}

Finding Finding::failed(std::string reason) {
  return {.kind = Kind::failed, .reason = std::move(reason)};
}

Finding worst(std::vector<Finding> findings) {
  if (findings.empty()) return Finding::met();
  const auto chosen =
      std::max_element(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(weight(a), impact_of(b)) < std::pair(weight(b), impact_of(a));
      });
  Finding result = *chosen;
  std::string actual;
  for (const Finding& finding : findings) {
    // Only what was found of the same kind explains the verdict.
    if (finding.kind != chosen->kind || finding.actual.empty()) continue;
    if (!actual.empty()) actual += "; ";
    actual += finding.actual;
  }
  result.actual = std::move(actual);
  return result;
}

Impact impact_of(const Finding& finding) {
  if (finding.impact) return *finding.impact;
  switch (finding.outcome) {
    case Outcome::accepted:
      return Impact::bypass;
    case Outcome::misrefused:
      return Impact::misrefused;
    default:
      return Impact::requirement;
  }
}

}  // namespace check
