#include "harness/check/family.h"

#include <fmt/core.h>

#include <utility>

namespace check {
namespace {

using Judge = std::function<Finding(const Attempt&)>;

Finding judge_each(const Family& family, const Judge& judge) {
  if (family.empty()) return Finding::skipped("there is nothing of this kind to send here");
  std::vector<Finding> findings;
  for (const Named& member : family) {
    findings.push_back(labelled(member.label, judge(member.attempt)));
  }
  return worst(std::move(findings));
}

}  // namespace

Refusal any_refusal() {
  Refusal refusal;
  refusal.statuses.clear();
  refusal.challenge = false;
  return refusal;
}

Finding labelled(const std::string& label, Finding finding) {
  std::string& text = finding.kind == Finding::Kind::broken || finding.kind == Finding::Kind::met
                          ? finding.actual
                          : finding.reason;
  text = fmt::format("{}: {}", label, text);
  return finding;
}

Finding no_bypass(Finding finding, const std::string& reason, Impact impact) {
  if (finding.kind != Finding::Kind::broken || finding.outcome != Outcome::accepted) return finding;
  finding.impact = impact;
  finding.reason = reason;
  return finding;
}

Finding refuses_each(Probe& probe, const Family& family, const Refusal& refusal) {
  return judge_each(family,
                    [&](const Attempt& attempt) { return probe.refuses(attempt, refusal); });
}

Finding accepts_each(Probe& probe, const Family& family) {
  return judge_each(family, [&](const Attempt& attempt) { return probe.accepts(attempt); });
}

Finding serves_none(Probe& probe, const Family& family) {
  return judge_each(family, [&](const Attempt& attempt) {
    Finding finding = probe.refuses(attempt, any_refusal());
    if (finding.outcome != Outcome::misrefused) return finding;
    return Finding::met(finding.actual);
  });
}

Body refuses_family(MakeFamily family, Refusal refusal) {
  return [family = std::move(family), refusal = std::move(refusal)](Probe& probe) {
    return refuses_each(probe, family(probe), refusal);
  };
}

Body accepts_family(MakeFamily family) {
  return [family = std::move(family)](Probe& probe) { return accepts_each(probe, family(probe)); };
}

Body serves_none_of(MakeFamily family) {
  return [family = std::move(family)](Probe& probe) { return serves_none(probe, family(probe)); };
}

Body milder(Body body, std::string reason, Impact impact) {
  return [body = std::move(body), reason = std::move(reason), impact](Probe& probe) {
    return no_bypass(body(probe), reason, impact);
  };
}

Finding examines(Probe& probe, const Attempt& attempt, int status, const Examine& examine) {
  if (!probe.control_accepted()) {
    return Finding::undecided("good credentials were refused just before");
  }
  const mcp::Answer answer = probe.send(attempt);
  if (answer.status() != status) {
    return Finding::skipped(fmt::format("the answer is not a {} that could be looked at: {}",
                                        status, answer.summary()));
  }
  Finding finding = examine(probe, answer);
  probe.decisive(answer.exchange, finding.kind == Finding::Kind::broken);
  return finding;
}

Body examines_refusal(std::function<Attempt(Probe&)> attempt, int status, Examine examine) {
  return [attempt = std::move(attempt), status, examine = std::move(examine)](Probe& probe) {
    return examines(probe, attempt(probe), status, examine);
  };
}

Attempt without_credentials() { return {}; }

Attempt with_garbage(Probe& probe) { return {.credential = probe.carry("this-is-not-a-token")}; }

}  // namespace check
