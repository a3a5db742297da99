#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "harness/check/case.h"
#include "harness/check/finding.h"
#include "harness/check/severity.h"
#include "harness/wire/exchange.h"

namespace check {

/// One case after it ran, or after it was decided that it does not run.
struct CaseResult {
  Case subject;
  Level level = Level::must;  ///< as it was for this revision and profile
  Finding finding;
  Judgement judgement;
  std::chrono::microseconds duration{0};
  std::vector<wire::Exchange> exchanges;  ///< bounded, secrets removed
  std::string repro;                      ///< a curl line for the decisive request
  bool baselined = false;                 ///< accepted by the baseline
  std::string baseline_reason;            ///< why the baseline accepts it, in the user's words
  /// In which it ran, where that is not the target's: see Context::view_for.
  std::optional<mcp::Revision> revision = {};
};

/// A measured fact: name and JSON text.
using Observation = std::pair<std::string, std::string>;

/// What is known of the target after the run.
struct TargetFacts {
  std::string url;
  std::string mode;
  std::string mode_evidence;  ///< how we know, in a sentence; empty: we were told
  /// What is not as the user said, each in a sentence: "http://… redirects to http://…/".
  std::vector<std::string> notes;
  std::string revision;
  std::string era;
  std::string session_revision;  ///< in which sessions were tested, where that is an older one
  std::string issuer;            ///< of our tokens: what the target has to trust
  std::string fingerprint;       ///< server name and version as the server tells them
  std::string dialect;    ///< style of its refusals: "json-rpc", "oauth-json", "text", "empty"
  std::string framework;  ///< what its refusals look like: "express", "fastapi"; empty: unknown
  std::string spawned;    ///< the command, where we started it
  std::string output;     ///< the tail of a spawned server's output
};

struct RunResult {
  TargetFacts target;
  base::Time started;
  std::chrono::milliseconds duration{0};
  std::size_t planned = 0;
  std::vector<CaseResult> cases;
  std::vector<Observation> observations;
  std::string problem;  ///< why nothing could be judged, in one sentence; else empty
  std::vector<std::string> baseline_accepted;
  std::vector<std::string> baseline_stale;
  std::vector<std::string> baseline_worse;  ///< a sentence for each finding that got worse
  bool interrupted = false;

  std::size_t count(Verdict verdict) const;
};

}  // namespace check
