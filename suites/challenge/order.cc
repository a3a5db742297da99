// Authorization comes first: before the body is read and before anything is done.
#include <fmt/core.h>

#include <optional>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/check/family.h"

namespace {

using check::Family;
using check::Finding;
using check::Level;
using check::Probe;

constexpr int kMostCounts = 5;

Family unreadable_bodies(Probe&) {
  return {{"malformed JSON",
           {.edit = [](wire::Request& request) { request.body = R"({"jsonrpc": "2.0", "id")"; }}},
          {"Content-Type text/plain", {.edit = [](wire::Request& request) {
             base::set_header(request.headers, "Content-Type", "text/plain");
           }}}};
}

/// The first whole number in a tool's result: in its structured content, else in its text.
std::optional<long long> number_in(const nlohmann::json& value) {
  if (value.is_number_integer()) return value.get<long long>();
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    const std::size_t digit = text.find_first_of("0123456789");
    if (digit == std::string::npos) return std::nullopt;
    return std::strtoll(text.c_str() + digit, nullptr, 10);
  }
  for (const auto& member : value) {
    if (const auto number = number_in(member)) return number;
  }
  return std::nullopt;
}

std::optional<long long> count(Probe& probe, const mcp::Operation& call) {
  const mcp::Answer answer = probe.send({.credential = probe.good_credential(), .operation = call});
  const auto result = base::parse_json(answer.result);
  if (!result || !result->is_object()) return std::nullopt;
  for (const char* member : {"structuredContent", "content"}) {
    if (!result->contains(member)) continue;
    if (const auto number = number_in(result->at(member))) return number;
  }
  return std::nullopt;
}

Finding no_side_effects(Probe& probe) {
  const auto call =
      mcp::Operation::call_tool(probe.target().witness->name, probe.target().witness->arguments);
  std::optional<long long> before;
  std::optional<long long> after;
  mcp::Answer refused;
  // A call that was repeated may have been counted twice.
  for (int i = 0; i < kMostCounts; ++i) {
    const std::size_t strays = probe.context().steadiness().strays();
    before = count(probe, call);
    refused = probe.send({.operation = call});
    after = count(probe, call);
    if (probe.context().steadiness().strays() == strays) break;
  }
  if (!before || !after) {
    return Finding::undecided("the counting tool's result holds no number to compare");
  }
  const long long grown = *after - *before;
  probe.decisive(refused.exchange, grown != 1);
  // The second count is a call of its own.
  if (grown == 1) return Finding::met(refused.summary() + "; the counter did not move");
  Finding finding = Finding::broken(
      "the tool does not run",
      fmt::format("{}; the counter moved by {} instead of 1", refused.summary(), grown),
      "the tool ran before its caller was checked");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

const check::Suite order_cases{
    "challenge",
    check::modes::protected_http(),
    {
        {.id = "auth-before-parse",
         .title = "without credentials even an unreadable body is answered with 401",
         .sends = "Without credentials: a body that ends in the middle of its JSON, and one that "
                  "is sent as text/plain.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-15"},
         .faults = {"credential.skip", "errors.body-first"},
         .why = "Whatever parses strangers' input in front of the check is open to attack.",
         .fix = "Put the check of credentials in front of the body parser.",
         .run = check::refuses_family(unreadable_bodies)},
        {.id = "no-side-effects",
         .title = "a tool call without credentials leaves no trace",
         .sends = "A call of the counting tool without credentials, between two with good ones.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-15"},
         .needs = {.witness = true, .alone = true},
         .faults = {"credential.skip", "credential.public-call", "errors.side-effect-first"},
         .why = "A refusal after the deed is no protection.",
         .fix = "Check credentials before the tool is dispatched.",
         .run = no_side_effects},
    }};

}  // namespace
