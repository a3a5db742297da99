#include "harness/cli/credentials.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/base/file.h"

namespace cli {
namespace {

constexpr std::size_t kLongest = 64UL << 10;

base::Result<std::string> from_variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return base::fail(fmt::format("the variable {} is not set", name));
  return std::string(value);
}

base::Result<std::string> from_file(const std::string& path) {
  if (path != "-") return base::read_file(path);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

/// Files and commands end what they hold with a line end.
std::string without_blanks_around(const std::string& text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// One way to bring a credential: its flag, what was given for it, and the modes that it is for.
struct Source {
  const char* flag;
  const std::string& given;
  base::Result<std::string> (*read)(const std::string& given);
  check::Modes modes;
  bool settles_mode = false;  ///< where none is named: the first of these is meant
};

std::vector<Source> sources(const CredentialFlags& flags) {
  using check::Mode;
  check::Modes tokens = check::modes::bearer_scheme();
  tokens.push_back(Mode::stdio_jwt);
  const check::Modes keys = {Mode::api_key, Mode::in_band, Mode::stdio_env, Mode::stdio_argument};
  return {{"--token-env", flags.token_env, from_variable, tokens},
          {"--token-file", flags.token_file, from_file, tokens},
          {"--api-key-env", flags.api_key_env, from_variable, keys, true},
          {"--basic-env", flags.basic_env, from_variable, {Mode::basic}, true}};
}

base::Result<check::Supplied> read(const Source& source) {
  auto text = source.read(source.given);
  if (!text) return base::fail(fmt::format("{}: {}", source.flag, text.error().message));
  check::Supplied supplied{without_blanks_around(*text)};
  if (!supplied.given()) return base::fail(fmt::format("{}: nothing is in there", source.flag));
  if (supplied.text.size() > kLongest) {
    return base::fail(fmt::format("{}: longer than {} bytes", source.flag, kLongest));
  }
  // It becomes part of a header field.
  if (supplied.text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return base::fail(fmt::format("{}: has a line break or a null byte in it", source.flag));
  }
  if (source.modes.front() == check::Mode::basic && supplied.text.find(':') == std::string::npos) {
    return base::fail(fmt::format("{}: expected \"user:password\"", source.flag));
  }
  return supplied;
}

}  // namespace

base::Result<SuppliedCredential> read_credential(const CredentialFlags& flags,
                                                 std::optional<check::Mode> mode) {
  SuppliedCredential result;
  const char* first = nullptr;
  for (const Source& source : sources(flags)) {
    if (source.given.empty()) continue;
    if (first != nullptr) {
      return base::fail(fmt::format("{} and {} exclude each other", first, source.flag));
    }
    first = source.flag;
    if (mode && !check::modes::contains(source.modes, *mode)) {
      return base::fail(fmt::format("{}: mode {} takes no such credential", source.flag,
                                    check::to_string(*mode)));
    }
    auto supplied = read(source);
    if (!supplied) return tl::unexpected(supplied.error());
    result.supplied = std::move(*supplied);
    result.modes = source.modes;
    if (source.settles_mode) result.mode = mode.value_or(source.modes.front());
  }
  return result;
}

void keep_memory_private() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

void add_credential_flags(CLI::App& command, CredentialFlags& flags) {
  const auto group = "A credential of your own, where the server trusts no issuer of ours";
  const auto add = [&](const char* name, std::string& value, const char* what, const char* type) {
    command.add_option(name, value, what)->type_name(type)->group(group);
  };
  add("--token-env", flags.token_env, "environment variable that holds a bearer token", "VAR");
  add("--token-file", flags.token_file, "file that holds a bearer token; - reads standard input",
      "FILE");
  add("--api-key-env", flags.api_key_env, "environment variable that holds an API key", "VAR");
  add("--basic-env", flags.basic_env, "environment variable that holds user:password", "VAR");
}

}  // namespace cli
