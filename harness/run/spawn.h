#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "harness/check/another.h"
#include "harness/check/binding.h"
#include "harness/check/profile.h"
#include "harness/check/secrets.h"
#include "harness/run/placeholders.h"
#include "harness/run/reach.h"
#include "harness/wire/process.h"
#include "mock-idp/idp/mock_idp.h"

namespace run {

/// How a server is started: everything as the user wrote it, placeholders included.
struct SpawnPlan {
  std::string command;
  std::string url;                  ///< of the MCP endpoint; empty: http://127.0.0.1:{{port}}/mcp
  check::Profile profile;           ///< its `env` and `audience` may hold placeholders
  std::vector<std::string> scopes;  ///< for REQUIRED_SCOPE
  std::string second_issuer;        ///< its URL, where the profile wants one
  check::Mode mode = check::Mode::oauth;
  check::Secrets secrets;
  check::Certificates certificates;  ///< for a server over https
  check::Modes also = {};            ///< see Wiring
  check::SecretsTold told = check::SecretsTold::all;
};

/// A plan with its placeholders filled in.
struct Launch {
  std::string command;
  std::string url;
  std::string audience;
  std::map<std::string, std::string> environment;
  std::vector<std::string> without = {};  ///< variables of ours that it does not get
};

/// Fills in the plan for a port. The error names the wrong placeholder or URL.
base::Result<Launch> prepare(const SpawnPlan& plan, std::uint16_t port, idp::Issuer& issuer);

/// The same for a server that speaks over standard input and output: there is neither port nor URL,
/// and `secrets` stand for those of the plan. Variables of secrets that are empty are kept from it.
base::Result<wire::ProcessOptions> prepare_stdio(const SpawnPlan& plan,
                                                 const check::Secrets& secrets,
                                                 idp::Issuer& issuer);

struct Spawned {
  Launch launch;
  std::unique_ptr<wire::Process> child;
  Reached reached;  ///< where it answers
  /// Why the server never got ready, in a sentence; empty if it did.
  std::string problem;
  /// Its process ended by itself before it got ready, and not since its port was in use.
  bool ended = false;
  std::chrono::milliseconds processor_time{0};  ///< that it used until it was ready
  bool answered = false;                        ///< it did answer, that it is not ready
  std::string url;  ///< the plan's, as it turned out to be right: for more of its kind
};

/// Starts the server and waits until it is ready: it answers on its MCP URL, and not with 502, 503
/// or 504. An error means a wrong call, such as a URL whose port another program holds. Where
/// another process took a port that we chose, it tries another one.
base::Result<Spawned> spawn(const SpawnPlan& plan, idp::Issuer& issuer,
                            std::chrono::milliseconds timeout,
                            const std::function<bool()>& stop_requested);

/// Starts more servers by the plan, each on a port of its own; none where its URL fixes the port.
check::StartInstance more_by(SpawnPlan plan, std::chrono::milliseconds timeout,
                             std::function<bool()> stop_requested);

}  // namespace run
