#include "harness/cli/cli.h"

#include <fmt/format.h>

#include <csignal>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "common/base/suggest.h"
#include "common/base/text.h"
#include "harness/cli/help.h"
#include "harness/cli/support.h"

namespace cli {
namespace {

constexpr std::string_view kAbout =
    "Checks the authorization of MCP servers, with the identity provider that it takes built in.";

constexpr std::string_view kFooter =
    "Begin with:\n"
    "  mcp-authspec run http://127.0.0.1:3000/mcp            a server that is running already\n"
    "  mcp-authspec run --spawn \"node server.js\"             a server that it starts itself\n"
    "  mcp-authspec COMMAND --help                           the options of a command\n"
    "\n"
    "Exit codes: 0 nothing broken, 1 findings, 2 wrong call, 3 not testable, 4 only SHOULDs "
    "broken\n"
    "under --strict, 5 stale baseline entries.";

/// The subcommand, or its verb, that the arguments led to.
const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

std::string path_of(const CLI::App& app) {
  if (app.get_parent() == nullptr) return "";
  const auto above = path_of(*app.get_parent());
  return above.empty() ? app.get_name() : above + " " + app.get_name();
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const auto* command : commands) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

std::string unexpected(const CLI::App& root) {
  const auto& command = deepest(root);
  const auto extras = root.remaining(true);
  const std::string word = extras.empty() ? "an argument" : extras.front();
  if (base::trim(word).substr(0, 1) == "-") {
    const auto flag = word.substr(0, word.find('='));
    return fmt::format("{}: {} is not an option of this command{}", path_of(command), flag,
                       base::suggestion(flag, flags_of(command)));
  }
  return fmt::format("{}: \"{}\" is one argument too many{}", path_of(command), word,
                     base::suggestion(word, names_of(root.get_subcommands({}))));
}

int fail_parse(const CLI::App& root, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    return fail_usage(unexpected(root));
  }
  const auto path = path_of(deepest(root));
  const auto text = base::replace_all(error.what(), "\n", " ");
  return fail_usage(path.empty() ? text : path + ": " + text);
}

}  // namespace

int dispatch(int argc, char** argv, const std::vector<Register>& commands) {
  // A reader that goes away is an error of one write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  int exit_code = 0;
  CLI::App root{std::string(kAbout), "mcp-authspec"};
  root.formatter(std::static_pointer_cast<CLI::FormatterBase>(help_formatter()));
  root.set_version_flag("--version", "mcp-authspec " AUTHSPEC_VERSION, "print the version");
  root.set_help_flag("-h,--help", "print this help");
  root.footer(std::string(kFooter));
  root.require_subcommand(0, 1);
  for (const auto add : commands) add(root, exit_code);

  const std::string first = argc > 1 ? argv[1] : "";
  if (first.empty()) {
    fmt::print(stderr, "{}", root.help());
    return kUsage;
  }
  const auto names = names_of(std::as_const(root).get_subcommands({}));
  if (first.front() != '-' && std::find(names.begin(), names.end(), first) == names.end()) {
    return fail_usage(
        fmt::format("\"{}\" is not a command{}", first, base::suggestion(first, names)));
  }
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return root.exit(success);
  } catch (const CLI::ParseError& error) {
    return fail_parse(root, error);
  } catch (const std::exception& error) {
    return fail_usage(error.what());
  }
  return exit_code;
}

}  // namespace cli
