#include "harness/cli/help.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "common/base/text.h"

namespace cli {
namespace {

constexpr std::size_t kColumn = 28;
constexpr std::size_t kWidth = 96;

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t used = indent;
  for (const auto& word : base::words(text)) {
    if (used > indent && used + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
    }
    if (used > indent) out += ' ', ++used;
    out += word;
    used += word.size();
  }
  return out;
}

std::string row(const std::string& left, std::string_view right) {
  std::string out = "  " + left;
  if (out.size() + 2 > kColumn) {
    out += "\n" + std::string(kColumn, ' ');
  } else {
    out.resize(kColumn, ' ');
  }
  return out + wrapped(right, kColumn, kWidth) + "\n";
}

class Help : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return make_expanded(app);
    return wrapped(app->get_description(), 0, kWidth) + "\n\n" + make_usage(app, name) +
           make_positionals(app) + make_subcommands(app, mode) + make_option_groups(app) +
           make_footer(app);
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string usage = "Usage: " + name;
    const auto subcommands = app->get_subcommands({});
    if (app->get_parent() == nullptr) return usage + " COMMAND [OPTION]…\n";
    for (const auto* option : app->get_options([](auto* o) { return o->get_positional(); })) {
      usage += " " + make_option_usage(option);
    }
    usage += " [OPTION]…";
    if (!subcommands.empty()) usage += app->get_require_subcommand_min() ? " VERB" : " [VERB]";
    return usage + "\n";
  }

  std::string make_group(std::string group, bool positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string out = "\n" + (positional ? "Arguments" : group) + ":\n";
    for (const auto* option : options) out += make_option(option, positional);
    return out;
  }

  std::string make_option_groups(const CLI::App* app) const {
    std::string out;
    for (const auto& group : app->get_groups()) {
      const auto options = app->get_options([&](const CLI::Option* option) {
        return option->get_group() == group && option->nonpositional();
      });
      if (!group.empty() && !options.empty()) out += make_group(group, false, options);
    }
    return out;
  }

  std::string make_option(const CLI::Option* option, bool positional) const override {
    std::string left = base::replace_all(option->get_name(positional, !positional), ",", ", ");
    if (!positional && option->get_type_size() != 0) left += " " + value_name(option);
    return row(left, option->get_description());
  }

  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode) const override {
    std::string out;
    for (const auto* command : app->get_subcommands({})) {
      out += row(command->get_name(), command->get_description());
    }
    if (out.empty()) return out;
    return (app->get_parent() == nullptr ? "\nCommands:\n" : "\nVerbs:\n") + out;
  }

  std::string make_footer(const CLI::App* app) const override {
    return app->get_footer().empty() ? "" : "\n" + app->get_footer() + "\n";
  }

 private:
  static std::string value_name(const CLI::Option* option) {
    std::string name = option->get_option_text();
    if (name.empty()) name = option->get_type_name();
    // CLI11's own names tell a type; what goes there is told by the description.
    if (name == "TEXT") return "VALUE";
    if (name == "INT" || name == "UINT" || name == "FLOAT") return "N";
    return name;
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<Help>(); }

}  // namespace cli
