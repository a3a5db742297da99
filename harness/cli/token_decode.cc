#include <fmt/format.h>

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "harness/cli/support.h"
#include "harness/cli/token.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

/// What lies further from 1970 does not fit into the system's clock: the year 2262.
constexpr double kLatest =
    std::chrono::duration_cast<std::chrono::seconds>(base::Time::max().time_since_epoch()).count();

std::string times(const Json& claims) {
  std::string text;
  const long long now = base::system_clock().epoch_seconds();
  for (const char* name : {"iat", "nbf", "exp", "auth_time"}) {
    const auto claim = claims.find(name);
    if (claim == claims.end() || !claim->is_number()) continue;
    const auto value = claim->get<double>();
    if (!(value > -kLatest && value < kLatest)) continue;
    const auto seconds = static_cast<long long>(value);
    text += fmt::format("  {:<9} {} ({})\n", name,
                        base::iso_time(base::Time(std::chrono::seconds(seconds))),
                        relative_time(seconds, now));
  }
  return text.empty() ? text : "times\n" + text;
}

/// Claims are shown in their own order where they are JSON, else as they are.
std::string claims_text(const std::string& payload) {
  const auto strict = base::parse_json(payload);
  if (!strict) {
    return fmt::format("not JSON ({}): {}\n", strict.error().message, base::json_string(payload));
  }
  const Json claims = Json::parse(payload, nullptr, /*allow_exceptions=*/false);
  return base::dump_pretty(claims) + "\n" + (claims.is_object() ? times(claims) : std::string());
}

int run_decode(const std::string& argument) {
  const auto token = read_token(argument);
  if (!token) return fail_usage("token decode: " + token.error().message);
  const auto parts = split_token(*token);
  if (!parts) {
    fmt::print(stderr, "mcp-authspec: not a token: {}\n", parts.error().message);
    return 1;
  }
  const Json header = Json::parse(parts->header, nullptr, /*allow_exceptions=*/false);
  print(fmt::format("header\n{}\nclaims\n{}signature\n  {} bytes, not checked\n",
                    base::dump_pretty(header), claims_text(parts->payload),
                    parts->signature.size()));
  return 0;
}

}  // namespace

void add_token_decode(CLI::App& token, int& exit_code) {
  auto* const command =
      token.add_subcommand("decode", "show what is in a token, without checking it");
  const auto argument = std::make_shared<std::string>();
  command->add_option("token", *argument, "the token; - or nothing: from standard input")
      ->type_name("TOKEN|-");
  examples(*command, "mcp-authspec token --alg ES256 | mcp-authspec token decode -\n");
  command->callback([argument, &exit_code] { exit_code = run_decode(*argument); });
}

}  // namespace cli
