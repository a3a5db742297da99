#include "suites/selftest/stage.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "fixtures/reference-server/reference_server.h"
#include "harness/check/context.h"
#include "harness/run/run.h"
#include "mock-idp/idp/mock_idp.h"

namespace selftest {
namespace {

constexpr std::chrono::seconds kRequestTimeout{5};
constexpr std::chrono::seconds kStageDeadline{60};
constexpr const char* kScope = "mcp:tools";

}  // namespace

const Cell* StageResult::find(std::string_view case_id) const {
  const auto found = std::find_if(cells.begin(), cells.end(),
                                  [&](const Cell& cell) { return cell.case_id == case_id; });
  return found == cells.end() ? nullptr : &*found;
}

bool applies(const check::Case& subject, check::Mode mode, mcp::Revision revision) {
  const auto& needs = subject.needs;
  const bool in_mode = std::find(needs.modes.begin(), needs.modes.end(), mode) != needs.modes.end();
  return in_mode && needs.since <= revision && revision <= needs.until;
}

base::Result<StageResult> run_stage(const Stage& stage, const std::vector<check::Case>& cases) {
  auto provider = idp::MockIdp::start({});
  if (!provider) return tl::unexpected(provider.error());
  auto rogue = idp::MockIdp::start({.pool_index = 1});
  if (!rogue) return tl::unexpected(rogue.error());
  auto& clock = (*provider)->clock();

  reference_server::Config config;
  config.mode = check::to_string(stage.mode);
  config.issuer = (*provider)->issuer().url();
  config.jwks_uri = (*provider)->issuer().jwks_uri();
  config.required_scope = kScope;
  config.clock = &clock;
  if (!stage.fault.empty()) config.faults = {stage.fault};
  auto server = reference_server::ReferenceServer::start(std::move(config));
  if (!server) return tl::unexpected(server.error());

  check::Context::Options options;
  options.url = (*server)->url();
  options.mode = stage.mode;
  options.revision = stage.revision;
  options.request_timeout = kRequestTimeout;
  options.scopes = {kScope};
  options.spawned = true;
  options.shared_clock = &clock;
  check::Context context(std::move(options), **provider, **rogue);

  StageResult result;
  result.stage = stage;
  if (const auto ready = context.set_up(); !ready) {
    result.problem = ready.error().message;
    return result;
  }
  check::RunResult run;
  run::run_cases(context, cases, 1, base::Deadline::after(kStageDeadline), {}, run);
  for (const auto& one : run.cases) {
    result.cells.push_back({.case_id = one.subject.id,
                            .verdict = one.judgement.verdict,
                            .actual = one.finding.actual,
                            .reason = one.finding.reason});
  }
  return result;
}

}  // namespace selftest
