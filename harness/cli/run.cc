#include "harness/run/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <memory>

#include <CLI/CLI.hpp>

#include "common/base/file.h"
#include "common/base/random.h"
#include "common/base/socket.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/cli/baseline.h"
#include "harness/cli/command.h"
#include "harness/cli/credentials.h"
#include "harness/cli/progress.h"
#include "harness/cli/report_file.h"
#include "harness/cli/run_as.h"
#include "harness/cli/run_tls.h"
#include "harness/cli/support.h"
#include "harness/cli/terminal.h"
#include "harness/run/profile_file.h"

namespace cli {
namespace {

/// Variables of other commands of ours that hold secrets.
constexpr std::array<const char*, 2> kSecretVariables = {"OAUTH_ENCRYPTION_KEY",
                                                         "MOCK_IDP_ADMIN_TOKEN"};

/// The flags as they were written.
struct RunOptions {
  std::string url, spawn, mode, profile, revision = "auto", baseline, fail_on = "medium";
  std::vector<std::string> suites, cases, skips, reports, trusted_origins;
  TlsFlags tls;
  AsFlags as;
  double timeout_s = 10;
  double start_timeout_s = 20;
  double deadline_s = 600;
  double timing_budget_s = 20;
  CredentialFlags credentials;
  unsigned jobs = 0, idp_port = 0;
  bool update_baseline = false, strict = false, quick = false, allow_remote = false;
  bool quiet = false, verbose = false, no_color = false;
};

/// The flags as they are meant.
struct Plan {
  run::Options options;
  check::Policy policy;
  std::vector<ReportFile> reports;
  std::vector<Accepted> baseline;
};

std::chrono::milliseconds in_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<long long>(seconds * 1000));
}

/// An authorization server alone is a mode of its own, named by its flag.
base::Result<void> read_issuer(const RunOptions& flags, run::Options& options) {
  if (auto read = read_as(flags.as, options.profile); !read) return read;
  const auto own = check::Mode::authorization_server;
  const bool asked = options.mode == own || (!options.mode && options.profile.mode == own);
  if (flags.as.as.empty()) {
    if (!asked || options.find_mode) return {};
    return base::fail("--mode authorization-server: name the server by --as URL");
  }
  if (!flags.url.empty()) return base::fail("--as and a URL exclude each other");
  if (!flags.mode.empty()) return base::fail("--as and --mode exclude each other");
  if (options.profile.mode && !asked) {
    return base::fail(
        fmt::format("--as: the profile is of mode {}", check::to_string(*options.profile.mode)));
  }
  options.url = flags.as.as;
  options.mode = own;
  return {};
}

base::Result<void> read_target(const RunOptions& flags, run::Options& options) {
  if (!flags.profile.empty()) {
    auto profile = run::read_profile(flags.profile);
    if (!profile) return base::fail("--profile: " + profile.error().message);
    options.profile = std::move(*profile);
  }
  // These secrets are for us, not for a server that we start.
  auto& variables = options.profile.secret_variables;
  variables.insert(variables.end(), kSecretVariables.begin(), kSecretVariables.end());
  for (const std::string& variable :
       {flags.credentials.token_env, flags.credentials.api_key_env, flags.credentials.basic_env}) {
    if (!variable.empty()) variables.push_back(variable);
  }
  if (!flags.url.empty() && !flags.spawn.empty()) {
    return base::fail(
        "--spawn and a URL exclude each other; a server that is started is reached at "
        "http://127.0.0.1:{{port}}/mcp, or where its profile says");
  }
  if (flags.url.empty() && flags.spawn.empty() && flags.as.as.empty() &&
      options.profile.url.empty()) {
    return base::fail("what is to be tested? Give the server's URL, or --spawn COMMAND");
  }
  options.find_mode = flags.mode == "auto";
  if (!flags.mode.empty() && !options.find_mode) {
    options.mode = check::mode_from(flags.mode);
    if (!options.mode) {
      return base::fail(fmt::format("--mode: \"{}\" is not a mode ({}, or auto)", flags.mode,
                                    base::join(check::mode_names(check::modes::all()), ", ")));
    }
  }
  if (auto read = read_issuer(flags, options); !read) return read;
  std::optional<check::Mode> named = options.mode;
  if (!named && !options.find_mode) named = options.profile.mode;
  auto credential = read_credential(flags.credentials, named);
  if (!credential) return tl::unexpected(credential.error());
  options.supplied = std::move(credential->supplied);
  options.supplied_for = std::move(credential->modes);
  if (credential->mode) options.mode = credential->mode;
  for (const std::string& origin : flags.trusted_origins) {
    auto url = base::parse_url(origin);
    if (!url) return base::fail("--trust-origin: " + url.error().message);
    options.trusted_origins.push_back(url->origin());
  }
  if (flags.revision != "auto") {
    options.revision = mcp::revision_from(flags.revision);
    if (!options.revision) {
      return base::fail(
          fmt::format("--revision: \"{}\" is not a revision (2025-03-26, 2025-06-18, "
                      "2025-11-25, 2026-07-28 or auto)",
                      flags.revision));
    }
  }
  return {};
}

base::Result<std::vector<Accepted>> plan_baseline(const RunOptions& flags) {
  if (flags.baseline.empty()) {
    if (flags.update_baseline) return base::fail("--update-baseline: needs --baseline FILE");
    return std::vector<Accepted>{};
  }
  if (flags.update_baseline && ::access(flags.baseline.c_str(), F_OK) != 0) {
    return std::vector<Accepted>{};
  }
  auto baseline = read_baseline(flags.baseline);
  if (!baseline) return base::fail("--baseline: " + baseline.error().message);
  return baseline;
}

/// `info` is no threshold: what breaks nothing has it.
base::Result<check::Severity> read_fail_on(const std::string& name) {
  const auto severity = check::severity_named(name);
  if (severity && *severity != check::Severity::info) return *severity;
  return base::fail(
      fmt::format("--fail-on: \"{}\" is not a severity (critical, high, medium or low)", name));
}

base::Result<Plan> plan_of(const RunOptions& flags) {
  Plan plan;
  plan.options = {
      .url = flags.url,
      .spawn = flags.spawn,
      .suites = flags.suites,
      .cases = flags.cases,
      .skips = flags.skips,
      .timeout = in_milliseconds(flags.timeout_s),
      .start_timeout = in_milliseconds(flags.start_timeout_s),
      .deadline = in_milliseconds(flags.deadline_s),
      .jobs = flags.jobs,
      .idp_port = static_cast<std::uint16_t>(flags.idp_port),
      .allow_remote = flags.allow_remote,
      .quick = flags.quick,
      .timing_budget = in_milliseconds(flags.timing_budget_s),
  };
  auto tls = tls_options(flags.tls);
  if (!tls) return tl::unexpected(tls.error());
  plan.options.tls = std::move(*tls);
  if (flags.quiet && flags.verbose) return base::fail("--quiet and --verbose exclude each other");
  if (auto read = read_target(flags, plan.options); !read) return tl::unexpected(read.error());
  const auto fail_on = read_fail_on(flags.fail_on);
  if (!fail_on) return tl::unexpected(fail_on.error());
  plan.policy = {.fail_on = *fail_on, .strict = flags.strict};
  auto baseline = plan_baseline(flags);
  if (!baseline) return tl::unexpected(baseline.error());
  plan.baseline = std::move(*baseline);
  auto reports = report_files(flags.reports);
  if (!reports) return tl::unexpected(reports.error());
  plan.reports = std::move(*reports);
  return plan;
}

Progress::Style progress_style(const RunOptions& flags, const Terminal& terminal) {
  if (flags.quiet) return Progress::Style::none;
  if (flags.verbose) return Progress::Style::lines;
  return terminal.interactive ? Progress::Style::moving : Progress::Style::sparse;
}

/// A run that judged nothing, or not all, says nothing about what may be accepted.
base::Result<void> update_baseline(const RunOptions& flags, Plan& plan, check::RunResult& result) {
  if (!result.problem.empty() || result.interrupted) {
    return base::fail("--update-baseline: the run is not complete, so the file stays as it is");
  }
  plan.baseline = updated_baseline(plan.baseline, result);
  if (auto written = base::write_file(flags.baseline, baseline_text(plan.baseline)); !written) {
    return base::fail("--baseline: " + written.error().message);
  }
  apply_baseline(plan.baseline, result);
  return {};
}

int report(const RunOptions& flags, const Plan& plan, const check::RunResult& result) {
  const auto screen = terminal_of(STDOUT_FILENO);
  reports::Options options{
      .decision = run::decide(result, plan.policy),
      .colour = false,
      .quiet = flags.quiet,
      .exchanges = !flags.cases.empty() && result.cases.size() == 1,
      .nonce = base::random_hex(16),
  };
  int exit_code = options.decision.exit_code;
  for (const auto& file : plan.reports) {
    if (file.path.empty()) continue;
    if (auto written = write_report(file.path, file.format->write(result, options)); !written) {
      exit_code = fail_usage("--report: " + written.error().message);
    }
  }
  options.colour = screen.colour && !flags.no_color;
  options.width = screen.width;
  if (!uses_stdout(plan.reports)) {
    print(reports::find_format("console")->write(result, options));
  }
  for (const auto& file : plan.reports) {
    if (file.path.empty()) print(file.format->write(result, options));
  }
  return exit_code;
}

int run_command(const RunOptions& flags) {
  auto plan = plan_of(flags);
  if (!plan) return fail_usage("run: " + plan.error().message);
  const check::Profile& profile = plan->options.profile;
  const bool own_password = profile.person.password != oauth::Person{}.password;
  if (plan->options.supplied.given() || !profile.client.secret.empty() || own_password) {
    keep_memory_private();
  }
  if (!flags.allow_remote) base::dial_loopback_only();
  on_first_stop([](int) { run::request_stop(); });
  const auto terminal = terminal_of(STDERR_FILENO);
  Progress progress(progress_style(flags, terminal), terminal.width);
  auto result = run::execute(plan->options, progress.listener());
  progress.finish();
  if (!result) return fail_usage("run: " + result.error().message);
  apply_baseline(plan->baseline, *result);
  if (flags.update_baseline) {
    if (auto updated = update_baseline(flags, *plan, *result); !updated) {
      fail_usage("run: " + updated.error().message);
    }
  }
  return report(flags, *plan, *result);
}

void add_target_flags(CLI::App& command, RunOptions& flags) {
  command.add_option("url", flags.url, "the MCP endpoint of a server that is running already");
  const auto group = "What is tested";
  command
      .add_option("--spawn", flags.spawn,
                  "start the server by this shell command and end it afterwards; {{port}}, "
                  "{{issuer}}, {{jwks_uri}} and {{audience}} are filled in, and are in its "
                  "environment as PORT, ISSUER, JWKS_URI and AUDIENCE")
      ->type_name("COMMAND")
      ->group(group);
  command
      .add_option("--mode", flags.mode,
                  fmt::format("how the server authenticates: {}; auto asks the server; oauth "
                              "where nothing says otherwise",
                              base::join(check::mode_names(check::modes::all()), ", ")))
      ->type_name("MODE")
      ->group(group);
  command
      .add_option("--profile", flags.profile,
                  "what the server's maintainer declares about it, JSON with comments")
      ->type_name("FILE")
      ->group(group);
  command
      .add_option("--revision", flags.revision,
                  "MCP revision to speak; auto (default) asks the server")
      ->type_name("DATE")
      ->group(group);
  command
      .add_option("--idp-port", flags.idp_port,
                  "port of the built-in identity provider, so that a running server can be told "
                  "to trust http://127.0.0.1:N/i/main")
      ->type_name("N")
      ->check(whole_number_between(1, 65535))
      ->group(group);
  command
      .add_flag("--allow-remote", flags.allow_remote,
                "connect to hosts other than this machine: the server, and what its metadata names")
      ->group(group);
  repeatable(
      command
          .add_option("--trust-origin", flags.trusted_origins,
                      "also send your secrets (client secret, password, token) to this "
                      "origin, such as https://token.example; otherwise only the server that "
                      "you named gets them; may be repeated")
          ->type_name("URL")
          ->group(group));
}

void add_selection_flags(CLI::App& command, RunOptions& flags) {
  const auto group = "Which cases";
  const auto add = [&](const char* name, auto& values, const char* about) {
    repeatable(command.add_option(name, values, about)->type_name("GLOB")->group(group));
  };
  add("--suite", flags.suites, "only suites like this; may be repeated");
  add("--case", flags.cases, "only cases like this, such as claims.exp*; may be repeated");
  add("--skip", flags.skips, "no cases like this; may be repeated");
  command.add_flag("--quick", flags.quick, "leave out what spends seconds waiting")->group(group);
}

void add_execution_flags(CLI::App& command, RunOptions& flags) {
  const auto group = "How it runs";
  command.add_option("--timeout", flags.timeout_s, "longest wait for one answer (default 10)")
      ->type_name("SECONDS")
      ->check(number_between(0.001, 3600))
      ->group(group);
  command
      .add_option("--start-timeout", flags.start_timeout_s,
                  "longest wait until the server is ready (default 20): it answers, and not with "
                  "502, 503 or 504")
      ->type_name("SECONDS")
      ->check(number_between(0.001, 3600))
      ->group(group);
  command.add_option("--deadline", flags.deadline_s, "longest duration of the run (default 600)")
      ->type_name("SECONDS")
      ->check(number_between(0.001, 86400))
      ->group(group);
  command
      .add_option("--timing-budget", flags.timing_budget_s,
                  "for all that suite timing measures (default 20); with less it can say less")
      ->type_name("SECONDS")
      ->check(number_between(0.1, 3600))
      ->group(group);
  command.add_option("--jobs", flags.jobs, "cases side by side (default: one per processor)")
      ->type_name("N")
      ->check(whole_number_between(1, 64))
      ->group(group);
}

void add_result_flags(CLI::App& command, RunOptions& flags) {
  const auto group = "What comes out";
  repeatable(command
                 .add_option("--report", flags.reports,
                             "console, json, junit or html, to a file or else to standard "
                             "output; may be repeated")
                 ->type_name("FORMAT[=PATH]")
                 ->group(group));
  command.add_option("--baseline", flags.baseline, "findings that are known and accepted")
      ->type_name("FILE")
      ->group(group);
  command
      .add_flag("--update-baseline", flags.update_baseline,
                "write this run's findings into the baseline")
      ->group(group);
  command
      .add_option("--fail-on", flags.fail_on,
                  "exit with 1 for findings of this severity or worse: critical, high, medium "
                  "(default) or low")
      ->type_name("SEVERITY")
      ->group(group);
  command
      .add_flag("--strict", flags.strict,
                "findings below --fail-on and undecided measurements count, too")
      ->group(group);
  command.add_flag("-q,--quiet", flags.quiet, "only the closing line")->group(group);
  command.add_flag("-v,--verbose", flags.verbose, "a line for each case as it ends")->group(group);
  command.add_flag("--no-color", flags.no_color, "no colours, as with NO_COLOR")->group(group);
}

}  // namespace

void add_run(CLI::App& root, int& exit_code) {
  auto* const command =
      root.add_subcommand("run", "Test the authorization of an MCP server and say what is broken");
  const auto flags = std::make_shared<RunOptions>();
  add_target_flags(*command, *flags);
  add_as_flags(*command, flags->as);
  add_credential_flags(*command, flags->credentials);
  add_tls_flags(*command, flags->tls);
  add_selection_flags(*command, *flags);
  add_execution_flags(*command, *flags);
  add_result_flags(*command, *flags);
  examples(*command,
           "mcp-authspec run --spawn \"node server.js\" --report html=report.html\n"
           "mcp-authspec run http://127.0.0.1:3000/mcp --idp-port 9400\n"
           "mcp-authspec run --spawn \"node server.js\" --mode auto\n"
           "mcp-authspec run --profile server.json --suite claims --verbose\n"
           "mcp-authspec run --as https://login.example --allow-remote\n"
           "mcp-authspec run --spawn \"mcp-authspec serve\" --report junit=authspec.xml --strict\n"
           "mcp-authspec run --spawn \"node server.js\" --fail-on critical\n");
  command->callback([flags, &exit_code] { exit_code = run_command(*flags); });
}

}  // namespace cli
