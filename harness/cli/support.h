#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cli {

/// The exit code of a wrong call or configuration.
inline constexpr int kUsage = 2;

/// Prints `mcp-authspec: <message>` as one line to standard error; returns kUsage.
int fail_usage(std::string_view message);

/// Lets an option be given several times, one value each time.
CLI::Option* repeatable(CLI::Option* option);

/// Whether an option's value is a number, or a whole number, in that range; for `check`. CLI11's
/// own range lets "nan" pass.
using Check = std::function<std::string(const std::string& value)>;
Check number_between(double least, double most);
Check whole_number_between(long long least, long long most);

/// Adds `examples`, one command a line, at the foot of a subcommand's --help.
void examples(CLI::App& command, std::string_view text);

/// Calls `action` on the first SIGINT and on the first SIGTERM; the next one ends the process.
/// `action` has to be safe in a signal handler.
void on_first_stop(void (*action)(int));

/// The values of `--persona`.
std::vector<std::string> persona_names();

/// Writes to standard output and flushes, so a script that waits for a line gets it.
void print(std::string_view text);

}  // namespace cli
