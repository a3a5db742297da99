#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/url.h"
#include "harness/check/probe.h"
#include "harness/timing/gate.h"

namespace suites {

/// Two classes of requests that are refused alike, and should take equally long.
struct Comparison {
  std::string name;   ///< of the case, without its suite
  std::string near;   ///< "a key that shares its first 45 characters with the good one"
  std::string decoy;  ///< "one that shares none"
  base::Url url;      ///< where they are sent
  /// Fresh requests, all of one length, without the fields of the profile.
  std::function<wire::Request()> make_near;
  std::function<wire::Request()> make_decoy;
  /// Whether a good credential is taken just now.
  std::function<bool()> good_is_taken;
};

/// One of the MCP endpoint; what its classes are is to be filled in.
Comparison mcp_comparison(check::Probe& probe, std::string name);

/// What was measured, or why nothing was.
struct Measured {
  std::optional<check::Finding> instead;
  timing::Result result;
};

/// Compares the two, after the A/A control of the run.
Measured measure(check::Probe& probe, const Comparison& comparison);
/// Notes what was measured for the report, under the gate's own verdict or another.
void note(check::Probe& probe, const Comparison& comparison, const Measured& measured,
          std::string_view verdict = {});
/// No report shows a text that begins with this one, in base64 neither: what guesses share with a
/// secret of the user's.
void hide(check::Context& context, const std::string& text);

/// What a difference is worth.
struct Harm {
  check::Impact impact = check::Impact::exposure;
  std::string reason;  ///< what somebody can do with it
};
/// Judges what was measured: any difference above the floor is a finding.
check::Finding judge(const check::Probe& probe, const Comparison& comparison,
                     const Measured& measured, const Harm& harm);
/// All of it.
check::Finding compare(check::Probe& probe, const Comparison& comparison, const Harm& harm);

/// Numbers for a gate or a pool of guesses, different for each run.
std::uint64_t random_seed();

/// Requests of the control's operation to the MCP endpoint with these header fields.
std::function<wire::Request(const base::Headers&)> mcp_requests(check::Probe& probe);

/// Why the requests of the run cannot be compared with each other: proofs, limits. Nothing if they
/// can.
std::optional<check::Finding> cannot_be_measured(check::Probe& probe);

}  // namespace suites
