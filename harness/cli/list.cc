#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/cli/command.h"
#include "harness/cli/requirements.h"
#include "harness/cli/support.h"
#include "harness/cli/terminal.h"
#include "harness/run/run.h"
#include "reports/text.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct ListOptions {
  std::vector<std::string> suites;
  std::string mode, revision;
  bool requirements = false, json = false;
};

struct Filter {
  std::optional<check::Mode> mode;
  std::optional<mcp::Revision> revision;

  bool takes(const check::Case& one) const {
    const auto& modes = one.needs.modes;
    if (mode && std::find(modes.begin(), modes.end(), *mode) == modes.end()) return false;
    return !revision || (one.needs.since <= *revision && *revision <= one.needs.until);
  }
  bool takes(const Requirement& one) const { return !revision || one.in_force(*revision); }
};

check::Level level_of(const check::Case& one, const Filter& filter) {
  const bool oldest = filter.revision == mcp::kOldest;
  return oldest ? one.on_2025_03_26.value_or(one.level) : one.level;
}

std::string as_json(const std::vector<check::Case>& cases, const Filter& filter) {
  Json list = Json::array();
  for (const auto& one : cases) {
    std::vector<std::string> modes;
    for (const auto mode : one.needs.modes) modes.emplace_back(check::to_string(mode));
    list.push_back({{"id", one.id},
                    {"suite", one.suite()},
                    {"title", one.title},
                    {"level", check::to_string(level_of(one, filter))},
                    {"attacker", check::to_string(one.attacker.value_or(check::Attacker::none))},
                    {"modes", modes},
                    {"since", mcp::to_string(one.needs.since)},
                    {"until", mcp::to_string(one.needs.until)},
                    {"requirements", one.requirements},
                    {"faults", one.faults},
                    {"aliases", one.aliases}});
  }
  return base::dump_pretty(list) + "\n";
}

std::string as_text(const std::vector<check::Case>& cases, const Filter& filter, unsigned width) {
  std::size_t widest = 0;
  for (const auto& one : cases) widest = std::max(widest, one.id.size());
  std::string out, suite;
  for (const auto& one : cases) {
    if (one.suite() != suite) out += out.empty() ? "" : "\n";
    suite = one.suite();
    const auto left =
        fmt::format("{:<{}}  {:<7}  ", one.id, widest, check::to_string(level_of(one, filter)));
    out += left + reports::wrap(one.title, left.size(), width) + "\n";
  }
  return out + "\n" + reports::counted(cases.size(), "case") + "\n";
}

std::string requirements_json(const std::vector<const Requirement*>& selected) {
  Json list = Json::array();
  for (const auto* one : selected) {
    list.push_back({{"id", one->id},
                    {"role", one->role},
                    {"level", one->level},
                    {"text", one->text},
                    {"revisions", one->revisions},
                    {"cases", cases_covering(*one)},
                    {"excluded", one->excluded}});
  }
  return base::dump_pretty(list) + "\n";
}

std::string requirements_text(const std::vector<const Requirement*>& selected, unsigned width) {
  std::string out;
  std::size_t covered = 0, excluded = 0;
  for (const auto* one : selected) {
    const auto cases = cases_covering(*one);
    covered += !cases.empty();
    excluded += cases.empty() && !one->excluded.empty();
    const auto left = fmt::format("{:<9} {:<10} ", one->id, one->level);
    out += left + reports::wrap(one->text, left.size(), width) + "\n";
    const auto below = cases.empty() ? "not covered: " + one->excluded : base::join(cases, ", ");
    out += std::string(left.size(), ' ') + reports::wrap(below, left.size(), width) + "\n";
  }
  return out + fmt::format("\n{}: {} covered by cases, {} left out for the reason given\n",
                           reports::counted(selected.size(), "requirement"), covered, excluded);
}

int list(const ListOptions& flags) {
  Filter filter;
  if (!flags.mode.empty()) {
    filter.mode = check::mode_from(flags.mode);
    if (!filter.mode) {
      return fail_usage(fmt::format("list: --mode: \"{}\" is not a mode ({})", flags.mode,
                                    base::join(check::mode_names(), ", ")));
    }
  }
  if (!flags.revision.empty()) {
    filter.revision = mcp::revision_from(flags.revision);
    if (!filter.revision) {
      return fail_usage(fmt::format("list: --revision: \"{}\" is not a revision", flags.revision));
    }
  }
  // One line each where a program reads it.
  const auto terminal = terminal_of(STDOUT_FILENO);
  const auto width = terminal.interactive ? terminal.width : 1000;
  if (flags.requirements) {
    std::vector<const Requirement*> selected;
    for (const auto& one : requirements()) {
      if (filter.takes(one)) selected.push_back(&one);
    }
    print(flags.json ? requirements_json(selected) : requirements_text(selected, width));
    return 0;
  }
  auto cases = run::select(flags.suites, {}, {});
  if (!cases) return fail_usage("list: " + cases.error().message);
  std::erase_if(*cases, [&](const check::Case& one) { return !filter.takes(one); });
  print(flags.json ? as_json(*cases, filter) : as_text(*cases, filter, width));
  return 0;
}

}  // namespace

void add_list(CLI::App& root, int& exit_code) {
  auto* const command = root.add_subcommand(
      "list", "Show the cases, or which requirements of the specification they cover");
  const auto flags = std::make_shared<ListOptions>();
  repeatable(command->add_option("--suite", flags->suites, "only suites like this; repeatable")
                 ->type_name("GLOB"));
  command->add_option("--mode", flags->mode, "only cases that apply to this mode")
      ->type_name("MODE");
  command->add_option("--revision", flags->revision, "only what applies to this MCP revision")
      ->type_name("DATE");
  command->add_flag("--requirements", flags->requirements,
                    "each requirement with the cases that cover it, or why none does");
  command->add_flag("--json", flags->json, "JSON instead of text");
  examples(*command, "mcp-authspec list --suite claims\nmcp-authspec list --requirements --json\n");
  command->callback([flags, &exit_code] { exit_code = list(*flags); });
}

}  // namespace cli
