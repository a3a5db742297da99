#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/check/probe.h"

namespace check {

/// One of several attempts that a case makes; the label says in a report which it was.
struct Named {
  std::string label;
  Attempt attempt;
};
using Family = std::vector<Named>;
using MakeFamily = std::function<Family(Probe&)>;

/// Any 4xx status, challenge or not: for attempts of which only the acceptance is a defect.
Refusal any_refusal();

/// Every attempt is refused, every attempt is accepted; the worst finding, which names its attempt.
/// An empty family is a skip.
Finding refuses_each(Probe& probe, const Family& family, const Refusal& refusal = {});
Finding accepts_each(Probe& probe, const Family& family);
/// No attempt is served. How it is turned away, or that there is no answer at all, does not matter.
Finding serves_none(Probe& probe, const Family& family);

/// Puts "label: " before what was found.
Finding labelled(const std::string& label, Finding finding);
/// A served request that is a defect, but not a way around authentication: says why.
Finding no_bypass(Finding finding, const std::string& reason, Impact impact = Impact::laxity);

// Bodies of cases.
Body refuses_family(MakeFamily family, Refusal refusal = {});
Body accepts_family(MakeFamily family);
Body serves_none_of(MakeFamily family);
/// The same finding, told as `no_bypass` has it.
Body milder(Body body, std::string reason, Impact impact = Impact::laxity);

/// Looks at the answer to an attempt that was refused with `status`, good credentials being
/// accepted before it. Skipped where the attempt got another answer: other cases judge that.
using Examine = std::function<Finding(Probe&, const mcp::Answer&)>;
Finding examines(Probe& probe, const Attempt& attempt, int status, const Examine& examine);
Body examines_refusal(std::function<Attempt(Probe&)> attempt, int status, Examine examine);

/// Attempts that every server with authentication refuses: no credentials, and garbage.
Attempt without_credentials();
Attempt with_garbage(Probe& probe);

}  // namespace check
