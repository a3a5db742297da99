#include "harness/cli/support.h"

#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "common/base/text.h"
#include "mock-idp/idp/persona.h"

namespace cli {

int fail_usage(std::string_view message) {
  fmt::print(stderr, "mcp-authspec: {}\n", message);
  return kUsage;
}

std::vector<std::string> persona_names() {
  std::vector<std::string> names;
  for (const idp::Persona persona : idp::all_personas()) {
    names.emplace_back(idp::to_string(persona));
  }
  return names;
}

CLI::Option* repeatable(CLI::Option* option) {
  return option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Check number_between(double least, double most) {
  return [least, most](const std::string& value) -> std::string {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    const bool whole = !value.empty() && *end == '\0';
    if (whole && number >= least && number <= most) return {};
    return fmt::format("\"{}\" is not a number from {} to {}", value, least, most);
  };
}

Check whole_number_between(long long least, long long most) {
  return [least, most](const std::string& value) -> std::string {
    long long number = 0;
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number >= least && number <= most) return {};
    return fmt::format("\"{}\" is not a whole number from {} to {}", value, least, most);
  };
}

void examples(CLI::App& command, std::string_view text) {
  std::string footer = "Examples:\n";
  for (const auto& line : base::split(text, '\n')) {
    if (!line.empty()) footer += "  " + line + "\n";
  }
  command.footer(footer);
}

void on_first_stop(void (*action)(int)) {
  struct sigaction once {};
  once.sa_flags = static_cast<int>(SA_RESETHAND);
  once.sa_handler = action;
  sigemptyset(&once.sa_mask);
  for (const int number : {SIGINT, SIGTERM}) sigaction(number, &once, nullptr);
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace cli
