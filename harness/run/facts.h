#pragma once

#include <string>
#include <vector>

#include "harness/check/context.h"
#include "harness/check/result.h"

namespace run {

/// Adds to `facts` what the set-up found out: revisions, era, name and version.
void add_greeting(check::TargetFacts& facts, const check::Context& context);

/// The style in which most refusals are written: "json-rpc", "oauth-json", "json", "html", "text"
/// or "empty"; nothing without refusals.
std::string dialect_of(const std::vector<check::Refused>& refused);
/// The framework that most refusals look like: "express", "fastapi", "spring", …; empty: unknown.
std::string framework_of(const std::vector<check::Refused>& refused);

/// Notes what the run as a whole measured: the control's form, how often keys were fetched.
void note_run(check::Context& context);

}  // namespace run
