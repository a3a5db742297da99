#include "suites/selftest/stage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "fixtures/reference-server/reference_server.h"
#include "harness/check/context.h"
#include "harness/run/environment.h"
#include "harness/run/profile_file.h"
#include "harness/run/run.h"
#include "harness/run/spawn.h"
#include "mock-idp/idp/mock_idp.h"
#include "suites/selftest/fault.h"
#include "suites/selftest/setting.h"

namespace selftest {
namespace {

constexpr std::chrono::seconds kRequestTimeout{3};
constexpr std::chrono::seconds kStageDeadline{60};
/// So that endpoints that keep silent do not make the matrix long.
constexpr std::chrono::milliseconds kIssuerPatience{500};
/// Other stages keep the machine busy meanwhile; on an idle one a tenth is enough.
constexpr std::chrono::seconds kTimingBudget{60};
/// How often a measurement is taken that the others have spoilt.
constexpr int kMeasurements = 3;
constexpr const char* kScope = "mcp:tools";

/// The profile of a server with the stage's setting.
base::Result<check::Profile> profile_of(const Stage& stage) {
  const Setting* setting = find_setting(stage.setting);
  if (setting == nullptr) return check::Profile{};
  check::Profile profile;
  if (!setting->profile.empty()) {
    auto read = run::parse_profile(setting->profile);
    if (!read) return base::fail(fmt::format("{}: {}", stage.setting, read.error().message));
    profile = std::move(*read);
  }
  if (setting->declare != nullptr) setting->declare(profile);
  return profile;
}

std::string second_issuer_of(const check::Profile& profile, idp::MockIdp& provider) {
  return profile.second_issuer ? provider.issuer(check::kSecondIssuer).url() : "";
}

/// What `run --spawn` would tell the server by its environment.
base::Result<reference_server::Config> config_of(const Stage& stage, idp::MockIdp& provider,
                                                 const check::Profile& profile,
                                                 const check::Secrets& secrets,
                                                 const check::Certificates& certificates,
                                                 check::SecretsTold told = {}) {
  auto environment = run::environment_of({.mode = stage.mode,
                                          .issuer = provider.issuer(),
                                          .secrets = secrets,
                                          .audience = profile.audience,
                                          .scopes = {kScope},
                                          .more_issuers = second_issuer_of(profile, provider)});
  environment["TLS_CERT"] = certificates.server.certificate;
  environment["TLS_KEY"] = certificates.server.key;
  environment["TLS_CLIENT_CA"] = certificates.ca;
  if (const Setting* setting = find_setting(stage.setting)) {
    for (const auto& [name, value] : setting->environment) environment[name] = value;
  }
  for (const auto& [name, value] : profile.env) environment[name] = value;
  run::withhold_secrets(environment, stage.mode, secrets, told);
  reference_server::Config config;
  const auto read = reference_server::read_environment(config, [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
  if (!read) return tl::unexpected(read.error());
  const auto mode = reference_server::mode_from(check::to_string(stage.mode));
  if (!mode) {
    return base::fail(
        fmt::format("the reference server has no mode {}", check::to_string(stage.mode)));
  }
  config.mode = *mode;
  config.clock = &provider.clock();
  config.issuer_patience = kIssuerPatience;
  if (!stage.fault.empty()) config.faults = {stage.fault};
  return config;
}

/// The strict issuer of the provider, or one that has the fault.
std::string issuer_of(const Stage& stage, idp::MockIdp& provider) {
  std::string name = "judged~strict";
  if (!stage.fault.empty()) name += "~" + scenario_of(stage.fault);
  return provider.issuer(name).url();
}

/// What is known of it that its metadata does not say.
void declare_issuer(check::Profile& profile) {
  profile.audience = "https://mcp.example/mcp";
  profile.scopes = {"openid", kScope};
}

/// What takes thousands of requests is measured once in each mode: secrets are compared before the
/// server looks at what a revision or a setting changes.
bool measured_elsewhere(const Stage& stage, const check::Case& subject) {
  return subject.suite() == "timing" && (!stage.setting.empty() || stage.revision != mcp::kNewest);
}

/// Not everything that is found on a server with a setting is judged there once more. What it has
/// beside a known provider is not: some of these give a server no tokens for its upstream.
std::vector<check::Case> judged_on(const Stage& stage, std::vector<check::Case> cases) {
  std::erase_if(cases, [&](const check::Case& one) { return measured_elsewhere(stage, one); });
  const Setting* setting = find_setting(stage.setting);
  if (setting == nullptr) return cases;
  std::erase_if(cases, [&](const check::Case& one) {
    if (one.needs.setting == stage.setting) return false;
    return setting->own_cases_only || is_dear(one) ||
           (!setting->profile.empty() && !one.needs.setting.empty());
  });
  return cases;
}

class InProcess : public check::Instance {
 public:
  explicit InProcess(std::unique_ptr<reference_server::ReferenceServer> server)
      : Instance(server->url()), server_(std::move(server)) {}

 private:
  std::unique_ptr<reference_server::ReferenceServer> server_;
};

/// One more server with the stage's fault, on the clock of its own provider.
check::StartInstance more_of(const Stage& stage, const check::Profile& profile,
                             const check::Secrets& secrets,
                             const check::Certificates& certificates) {
  return [=](idp::MockIdp& provider, check::SecretsTold told)
             -> tl::expected<std::unique_ptr<check::Instance>, check::NoStart> {
    using Kind = check::NoStart::Kind;
    auto config = config_of(stage, provider, profile, secrets, certificates, told);
    if (!config) return tl::unexpected(check::NoStart{Kind::impossible, config.error().message});
    auto started = reference_server::ReferenceServer::start(std::move(*config));
    // As a process it would end with that message.
    if (!started) return tl::unexpected(check::NoStart{Kind::ended, started.error().message});
    return std::make_unique<InProcess>(std::move(*started));
  };
}

/// Measures once more what was left undecided.
void measure_again(check::Context& context, base::Deadline deadline, check::RunResult& run) {
  for (check::CaseResult& one : run.cases) {
    for (int taken = 1; taken < kMeasurements; ++taken) {
      const bool spoilt = one.judgement.verdict == check::Verdict::inconclusive;
      if (!spoilt || one.subject.suite() != "timing") break;
      check::RunResult again;
      run::run_cases(context, {one.subject}, 1, deadline, {}, again);
      one = std::move(again.cases.front());
    }
  }
}

bool over_stdio(const Stage& stage) {
  return check::modes::contains(check::modes::stdio(), stage.mode);
}

/// A server over standard input and output is a process: this program, told to serve.
check::Spawning spawning_of(const Stage& stage, idp::MockIdp& provider) {
  std::string command = fmt::format("exec /proc/{}/exe serve --stdio --mode {}", getpid(),
                                    check::to_string(stage.mode));
  if (!stage.fault.empty()) command += " --fault " + stage.fault;
  run::SpawnPlan plan{
      .command = command, .url = "", .profile = {}, .scopes = {kScope}, .mode = stage.mode};
  if (const Setting* setting = find_setting(stage.setting)) plan.profile.env = setting->environment;
  return [plan, &provider](const check::Secrets& secrets) {
    return run::prepare_stdio(plan, secrets, provider.issuer());
  };
}

}  // namespace

const Cell* StageResult::find(std::string_view case_id) const {
  const auto found = std::find_if(cells.begin(), cells.end(),
                                  [&](const Cell& cell) { return cell.case_id == case_id; });
  return found == cells.end() ? nullptr : &*found;
}

bool applies(const check::Case& subject, const Stage& stage) {
  if (measured_elsewhere(stage, subject)) return false;
  const auto& needs = subject.needs;
  return check::modes::contains(needs.modes, stage.mode) && needs.since <= stage.revision &&
         stage.revision <= needs.until && (needs.setting.empty() || needs.setting == stage.setting);
}

bool is_dear(const check::Case& subject) {
  const check::Needs& needs = subject.needs;
  return needs.waits || needs.alone || needs.own_server || needs.loud || needs.spawned;
}

std::vector<Stage> strict_stages(const check::Modes& modes) {
  constexpr mcp::Revision kNewestFirst[] = {mcp::Revision::r2026_07_28, mcp::Revision::r2025_11_25,
                                            mcp::Revision::r2025_06_18, mcp::Revision::r2025_03_26};
  std::vector<Stage> stages;
  for (const auto mode : modes) {
    // It speaks no MCP, so it has no revisions.
    if (mode == check::Mode::authorization_server) {
      stages.push_back({.mode = mode});
      continue;
    }
    for (const auto revision : kNewestFirst) stages.push_back({.mode = mode, .revision = revision});
  }
  for (const Setting& setting : settings()) {
    if (!check::modes::contains(modes, setting.mode)) continue;
    stages.push_back({.mode = setting.mode, .setting = std::string(setting.name)});
  }
  return stages;
}

base::Result<StageResult> run_stage(const Stage& stage, const std::vector<check::Case>& cases) {
  auto profile = profile_of(stage);
  if (!profile) return tl::unexpected(profile.error());
  auto provider =
      idp::MockIdp::start({.persona = profile->persona.value_or(idp::Persona::generic)});
  if (!provider) return tl::unexpected(provider.error());
  auto rogue = idp::MockIdp::start({.pool_index = 1});
  if (!rogue) return tl::unexpected(rogue.error());
  auto& clock = (*provider)->clock();

  const check::Secrets secrets = check::random_secrets();
  auto certificates = check::make_certificates();
  if (!certificates) return tl::unexpected(certificates.error());
  std::unique_ptr<reference_server::ReferenceServer> server;
  check::Context::Options options;
  if (stage.mode == check::Mode::authorization_server) {
    declare_issuer(*profile);
    options.url = issuer_of(stage, **provider);
    options.shared_clock = &clock;
  } else if (over_stdio(stage)) {
    options.spawning = spawning_of(stage, **provider);
  } else {
    auto config = config_of(stage, **provider, *profile, secrets, *certificates);
    if (!config) return tl::unexpected(config.error());
    auto started = reference_server::ReferenceServer::start(std::move(*config));
    if (!started) return tl::unexpected(started.error());
    server = std::move(*started);
    options.url = server->url();
    options.shared_clock = &clock;
    options.start_instance = more_of(stage, *profile, secrets, *certificates);
  }
  options.mode = stage.mode;
  options.revision = stage.revision;
  options.request_timeout = kRequestTimeout;
  options.timing_budget = kTimingBudget;
  options.scopes = {kScope};
  options.spawned = true;
  options.secrets = secrets;
  options.profile = std::move(*profile);
  options.tls.ca = certificates->ca;
  options.certificates = *certificates;
  check::Context context(std::move(options), **provider, **rogue);

  StageResult result;
  result.stage = stage;
  if (const auto ready = context.set_up(); !ready) {
    result.problem = ready.error().message;
    return result;
  }
  check::RunResult run;
  const auto deadline = base::Deadline::after(kStageDeadline);
  run::run_cases(context, judged_on(stage, cases), 1, deadline, {}, run);
  measure_again(context, deadline, run);
  for (const auto& one : run.cases) {
    result.cells.push_back({.case_id = one.subject.id,
                            .verdict = one.judgement.verdict,
                            .actual = one.finding.actual,
                            .reason = one.finding.reason});
  }
  return result;
}

}  // namespace selftest
