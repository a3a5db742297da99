#include "suites/selftest/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/base/file.h"
#include "harness/cli/support.h"
#include "suites/selftest/plan.h"
#include "suites/selftest/report.h"

namespace selftest {
namespace {

struct Flags {
  std::vector<std::string> modes;
  std::vector<std::string> cases;
  std::string fault;
  std::vector<std::string> reports;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool wide = false;
  bool verbose = false;
};

void show_progress(std::size_t done, std::size_t all, const std::string& what) {
  if (::isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r\x1b[K{}/{} {}{}", done, all, what, done == all ? "\r\x1b[K" : "");
}

/// Where the JSON report goes, "-" for standard output; empty where none is wanted.
base::Result<std::string> json_path(const std::vector<std::string>& reports) {
  std::string path;
  for (const auto& report : reports) {
    const auto format = report.substr(0, report.find('='));
    if (format == "console") continue;
    if (format != "json") {
      return base::fail(fmt::format("--report {}: selftest writes json and console", format));
    }
    path = report.size() > format.size() + 1 ? report.substr(format.size() + 1) : "-";
  }
  return path;
}

int run_selftest(const Flags& flags) {
  std::vector<check::Mode> modes;
  for (const auto& name : flags.modes) {
    const auto mode = check::mode_from(name);
    if (!mode) return cli::fail_usage(fmt::format("--mode {}: no such mode", name));
    modes.push_back(*mode);
  }
  const auto path = json_path(flags.reports);
  if (!path) return cli::fail_usage(path.error().message);
  auto plan = make_plan(modes, flags.cases, flags.fault, flags.jobs);
  if (!plan) return cli::fail_usage(plan.error().message);
  plan->wide = flags.wide;

  const auto begin = std::chrono::steady_clock::now();
  const auto matrix = carry_out(*plan, show_progress);
  if (!matrix) return cli::fail_usage(matrix.error().message);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);

  if (*path == "-") {
    cli::print(json_report(*matrix, took));
  } else {
    cli::print(console_report(*matrix, took, flags.verbose));
    if (!path->empty()) {
      if (const auto written = base::write_file(*path, json_report(*matrix, took)); !written) {
        return cli::fail_usage(written.error().message);
      }
    }
  }
  return matrix->sound() ? 0 : 1;
}

}  // namespace

void add_selftest(CLI::App& root, int& exit_code) {
  auto* command = root.add_subcommand(
      "selftest", "Prove that every case can pass and can fail: the kill matrix");
  const auto flags = std::make_shared<Flags>();
  cli::repeatable(command->add_option("--mode", flags->modes, "Only in this mode; repeatable"));
  cli::repeatable(
      command->add_option("--case", flags->cases, "Only cases whose id matches; repeatable"));
  command->add_option("--fault", flags->fault, "Only faults whose id matches");
  cli::repeatable(command->add_option("--report", flags->reports,
                                      "json[=PATH]; without a path to standard output"));
  command->add_option("--jobs", flags->jobs, "Servers that are judged side by side")
      ->check(CLI::Range(1, 64));
  command->add_flag("--wide", flags->wide,
                    "Judge each faulty server by the cases too that do not name its fault");
  command->add_flag("--verbose", flags->verbose, "One line per fault: which cases found it");
  cli::examples(*command,
                "mcp-authspec selftest\n"
                "mcp-authspec selftest --case 'claims.*' --verbose\n"
                "mcp-authspec selftest --fault exp.skip --report json=matrix.json");
  command->callback([flags, &exit_code] { exit_code = run_selftest(*flags); });
}

}  // namespace selftest
