#include "harness/check/finding.h"

#include <algorithm>
#include <utility>

namespace check {
namespace {

/// How bad a finding is when several are told as one: higher wins.
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

Verdict verdict_of_broken(Level level, Outcome outcome) {
  switch (level) {
    case Level::must:
    case Level::profile:
      return Verdict::fail;
    case Level::should:
      return Verdict::warn;
    case Level::bcp:
      return outcome == Outcome::accepted ? Verdict::fail : Verdict::warn;
    case Level::observe:
      break;
  }
  return Verdict::pass;
}

Severity default_severity(Verdict verdict, Outcome outcome) {
  if (verdict == Verdict::fail) {
    return outcome == Outcome::accepted ? Severity::critical : Severity::medium;
  }
  if (verdict == Verdict::warn) return Severity::low;
  return Severity::info;
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

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
    case Severity::critical:
      break;
  }
  return "critical";
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
      std::max_element(findings.begin(), findings.end(),
                       [](const Finding& a, const Finding& b) { return weight(a) < weight(b); });
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

Judgement judge(Level level, std::optional<Level> if_accepted, const Finding& finding) {
  switch (finding.kind) {
    case Finding::Kind::met:
      return {Verdict::pass, Severity::info};
    case Finding::Kind::skipped:
      return {Verdict::skip, Severity::info};
    case Finding::Kind::undecided:
      return {Verdict::inconclusive, Severity::info};
    case Finding::Kind::failed:
      return {Verdict::error, Severity::info};
    case Finding::Kind::broken:
      break;
  }
  const bool replaced = finding.outcome == Outcome::accepted && if_accepted;
  const Level demanded = finding.level.value_or(replaced ? *if_accepted : level);
  const Verdict verdict = verdict_of_broken(demanded, finding.outcome);
  if (verdict == Verdict::pass) return {verdict, Severity::info};
  return {verdict, finding.severity.value_or(default_severity(verdict, finding.outcome))};
}

}  // namespace check
