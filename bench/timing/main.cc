// Shows what the timing suite can tell and what not; docs/timing.md has its tables.
//   authspec-timing simulate [--gates N] [--seed N]
//   authspec-timing live PROGRAM [--gates N] [--busy] [--secret] [--fault F]... [--seed N]
//   authspec-timing controls PROGRAM [--gates N] [--busy]
//   authspec-timing record PROGRAM [--busy]
//   authspec-timing in-process [--seed N]
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/timing/commands.h"

namespace {

[[noreturn]] void give_up(std::string_view message) {
  fmt::print(stderr, "authspec-timing: {}\n", message);
  std::exit(2);
}

std::uint64_t number(std::string_view flag, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    give_up(fmt::format("{}: '{}' is not a number", flag, text));
  }
  return value;
}

bench::Options parse(const std::vector<std::string>& words) {
  bench::Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& flag = words[i];
    const auto value = [&]() -> const std::string& {
      if (++i == words.size()) give_up(flag + " needs a value");
      return words[i];
    };
    if (flag == "--gates") {
      options.gates = static_cast<int>(number(flag, value()));
    } else if (flag == "--seed") {
      options.seed = number(flag, value());
    } else if (flag == "--fault") {
      options.faults += "--fault " + value() + " ";
      options.against_secret = true;
    } else if (flag == "--secret") {
      options.against_secret = true;
    } else if (flag == "--busy") {
      options.busy = true;
    } else if (flag.starts_with("-") || !options.program.empty()) {
      give_up(fmt::format("'{}' means nothing here", flag));
    } else {
      options.program = flag;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string_view, int (*)(const bench::Options&)> commands{
      {"simulate", bench::simulate},
      {"live", bench::live},
      {"controls", bench::controls},
      {"record", bench::record},
      {"in-process", bench::in_process}};
  const auto command = commands.find(argc > 1 ? argv[1] : "");
  if (command == commands.end()) give_up("simulate, live, controls, record or in-process?");
  return command->second(parse({argv + 2, argv + argc}));
}
