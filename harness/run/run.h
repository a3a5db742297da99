#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "harness/check/context.h"
#include "harness/check/decision.h"
#include "harness/check/result.h"

namespace run {

/// What is to be run against what.
struct Options {
  std::string url;                        ///< empty where a command is spawned
  std::string spawn;                      ///< a shell command with {{placeholders}}
  std::optional<check::Mode> mode;        ///< empty: as the profile says, else oauth
  bool find_mode = false;                 ///< instead: by asking
  check::Modes supplied_for;              ///< what modes the user's credential can be for
  std::optional<mcp::Revision> revision;  ///< empty: found by asking
  check::Profile profile;
  std::vector<std::string> suites;                  ///< globs; empty: all
  std::vector<std::string> cases;                   ///< globs on ids; empty: all
  std::vector<std::string> skips;                   ///< globs on ids
  std::chrono::milliseconds timeout{10'000};        ///< of a request
  std::chrono::milliseconds start_timeout{20'000};  ///< until the server is ready
  std::chrono::milliseconds deadline{600'000};      ///< of the whole run
  unsigned jobs = 0;                                ///< 0: as many as there are processors
  std::uint16_t idp_port = 0;  ///< of the embedded provider; 0: the system chooses
  wire::TlsOptions tls;        ///< how a target's certificate is checked; the client's own
  check::Supplied supplied;    ///< the user's own credential
  std::vector<std::string> trusted_origins;  ///< that may get the user's secrets as well
  bool allow_remote = false;
  bool quick = false;
  std::chrono::milliseconds timing_budget{20'000};  ///< for all that suite `timing` measures
};

/// Told as the run goes on; called from several threads, one call at a time.
struct Listener {
  std::function<void(const check::TargetFacts&, std::size_t planned)> on_plan;
  std::function<void(const check::Case&)> on_start;
  std::function<void(const check::CaseResult&)> on_result;
  std::function<void(std::string_view reason, std::chrono::milliseconds span)> on_wait;
};

/// Runs everything. An error means a wrong call (exit code 2): nothing matched, a bad URL, a port
/// in use. A target that cannot be tested is a result whose `problem` says why.
base::Result<check::RunResult> execute(const Options& options, const Listener& listener);

/// Runs the selected cases in a context that is set up already; what `execute` and the selftest
/// share.
void run_cases(check::Context& context, const std::vector<check::Case>& cases, unsigned jobs,
               base::Deadline deadline, const Listener& listener, check::RunResult& result);

/// The cases that the globs select, in order. An error where they select none or where a glob
/// matches no case at all; it names the glob.
base::Result<std::vector<check::Case>> select(const std::vector<std::string>& suites,
                                              const std::vector<std::string>& cases,
                                              const std::vector<std::string>& skips);

/// Exit code 0, 1, 3, 4 or 5 by the table of docs/exit-codes.md; 2 is for wrong calls and not a
/// run's result.
check::Decision decide(const check::RunResult& result, const check::Policy& policy);

/// Asks the run to end soon: from a signal handler.
void request_stop();
bool stop_requested();

}  // namespace run
