// How refusals of tool calls look, and what the tools tell of their credential beforehand.
#include <fmt/core.h>

#include <charconv>
#include <optional>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/call_refusal.h"
#include "harness/check/family.h"
#include "harness/check/tool_choice.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

/// The tool's first number: how often it ran.
std::optional<long long> counted(Probe& probe) {
  const check::Tool& tool = *probe.target().witness;
  const mcp::Answer answer =
      probe.send({.credential = probe.good_credential(),
                  .operation = mcp::Operation::call_tool(tool.name, tool.arguments)});
  if (!check::was_run(answer)) return std::nullopt;
  const std::string text = mcp::tool_text(answer);
  const std::size_t at = text.find_first_of("0123456789");
  long long number = 0;
  if (at == std::string::npos) return std::nullopt;
  std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

Finding no_side_effects(Probe& probe) {
  const check::Tool& tool = *probe.target().witness;
  const auto before = counted(probe);
  for (const check::Credential& credential :
       {check::nothing(), probe.carry("this-is-not-a-token")}) {
    probe.send({.credential = credential,
                .operation = mcp::Operation::call_tool(tool.name, tool.arguments)});
  }
  const auto after = counted(probe);
  if (!before || !after) return Finding::undecided("good credentials could not read the counter");
  if (*after == *before + 1) return Finding::met("the counter did not move");
  Finding finding = Finding::broken(
      "the tool does not run",
      fmt::format("{} ran {} times for callers that were refused", tool.name, *after - *before - 1),
      "what a tool does it did, although the answer is an error");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

std::optional<mcp::Answer> refused_answer(Probe& probe, const check::Credential& credential) {
  if (!probe.control_accepted()) return std::nullopt;
  mcp::Answer answer = probe.send({.credential = credential});
  probe.decisive(answer.exchange);
  return answer;
}

Finding error_is_marked(Probe& probe) {
  const Finding refused = probe.refuses({.credential = probe.carry("this-is-not-a-token")});
  if (refused.outcome != check::Outcome::refused) {
    return Finding::skipped("the wrong credential is not refused: other cases judge that");
  }
  const auto answer = refused_answer(probe, probe.carry("this-is-not-a-token"));
  if (!answer) return Finding::undecided("good credentials were refused just before");
  if (check::is_marked(*answer)) return Finding::met(answer->summary());
  probe.decisive(answer->exchange, true);
  return Finding::broken(
      "isError: true, or a JSON-RPC error",
      fmt::format("a result that reads \"{}\"", base::abbreviate(mcp::tool_text(*answer), 100)),
      "to model and client the refusal is the tool's result");
}

Finding error_repeats_nothing(Probe& probe) {
  const std::string sent = "refused-5d1f0c7a93";
  const auto answer = refused_answer(probe, probe.carry(sent));
  if (!answer) return Finding::undecided("good credentials were refused just before");
  const std::string& body =
      answer->exchange.response ? answer->exchange.response->body : std::string();
  const check::Secrets& secrets = probe.context().options().secrets;
  for (const auto& [what, text] : {std::pair{"the credential that was sent", sent},
                                   std::pair{"the right key", secrets.api_key},
                                   std::pair{"the secret that signs tokens", secrets.jwt_secret}}) {
    if (text.empty() || body.find(text) == std::string::npos) continue;
    probe.decisive(answer->exchange, true);
    return Finding::broken("an error that repeats no credential",
                           fmt::format("the error repeats {}", what));
  }
  return Finding::met(answer->summary());
}

/// The schema of the credential's argument in the tool that the control calls.
std::string credential_schema(const Probe& probe) {
  const check::Target& target = probe.target();
  const auto params = nlohmann::json::parse(target.control().params, nullptr, false);
  return check::argument_schema(target.tools, base::text_member(params, "name"),
                                check::credential_argument(target.mode, target.profile));
}

Finding secret_is_marked(Probe& probe) {
  const std::string schema = credential_schema(probe);
  if (schema.empty()) {
    return Finding::broken("an argument that the tool's inputSchema names, marked as a secret",
                           "the inputSchema does not name it",
                           "models and people have to guess that a credential is wanted");
  }
  const auto read = nlohmann::json::parse(schema, nullptr, false);
  const bool password = base::text_member(read, "format") == "password";
  const bool write_only = read.value("writeOnly", nlohmann::json()) == true;
  if (password || write_only) return Finding::met(schema);
  return Finding::broken(
      "\"writeOnly\": true or \"format\": \"password\"", schema,
      "the secret lands in the context of the model, and in the logs of client and server, like "
      "any argument");
}

Finding secret_not_mirrored(Probe& probe) {
  const auto schema = nlohmann::json::parse(credential_schema(probe), nullptr, false);
  if (!schema.is_object()) return Finding::skipped("the inputSchema does not name the argument");
  const auto header = schema.find("x-mcp-header");
  if (header == schema.end()) return Finding::met("no x-mcp-header");
  return Finding::broken("no x-mcp-header on a credential", "x-mcp-header: " + base::dump(*header),
                         "clients copy the secret into a header that intermediaries read");
}

const check::Suite calls_cases{
    "in-band",
    check::modes::in_arguments(),
    {
        {.id = "no-side-effects",
         .title = "a tool does not run for a caller that is refused",
         .sends = "Calls of a counting tool without and with a wrong credential, and the count "
                  "before and after.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "server/tools#security-considerations"}, {"CWE-696", ""}},
         .requirements = {"REF-52"},
         .needs = {.witness = true, .alone = true},
         .faults = {"argument.runs-first"},
         .why = "An error that comes after the deed protects nothing.",
         .fix = "Check the credential before anything else that the tool does.",
         .run = no_side_effects},
        {.id = "no-result-with-error",
         .title = "a refusal has nothing of the tool's result in it",
         .sends =
             "A tool call with a wrong credential; the answer is compared with the good one's.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "server/tools#security-considerations"}, {"CWE-209", ""}},
         .requirements = {"REF-52"},
         .faults = {"argument.result-with-error"},
         .why = "The caller reads the result, error or not.",
         .fix = "Answer a refusal with its reason and nothing else.",
         .run = check::refuses_attempt([](Probe& probe) {
           return check::Attempt{.credential = probe.carry("this-is-not-a-token")};
         })},
        {.id = "error-is-marked",
         .title = "a refusal is marked as an error",
         .sends = "A tool call with a wrong credential.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "server/tools#error-handling"}},
         .requirements = {"REF-54"},
         .faults = {"argument.error-unmarked"},
         .why = "A model takes the text for the tool's result, a client for success.",
         .fix = "Answer with isError: true, or with a JSON-RPC error.",
         .run = error_is_marked},
        {.id = "error-repeats-no-credential",
         .title = "a refusal repeats no credential",
         .sends = "A tool call with a wrong credential that is easy to recognise.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .references = {{"CWE-209", ""}, {"CWE-532", ""}},
         .requirements = {"REF-55"},
         .faults = {"argument.echo"},
         .why = "Errors are logged and shown; a credential that was mistyped is in all of them.",
         .fix = "Say that authentication failed, not what was sent.",
         .run = error_repeats_nothing},
        {.id = "secret-is-marked",
         .title = "the credential's argument is marked as a secret",
         .sends = "Nothing of its own: looks at the tool's inputSchema.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .references = {{"JSON Schema", "9.4"}, {"CWE-532", ""}},
         .requirements = {"REF-55"},
         .faults = {"schema.skip"},
         .why = "Tool arguments are written by the model, and kept in its context and in logs. A "
                "mark lets a host fill in the secret itself and keep it out of both.",
         .fix = "Better take credentials from the environment or from HTTP authorization. Where "
                "they have to be arguments, declare them \"writeOnly\": true and \"format\": "
                "\"password\".",
         .run = secret_is_marked},
        {.id = "secret-not-mirrored",
         .title = "the credential's argument is not copied into a header",
         .sends = "Nothing of its own: looks at the tool's inputSchema.",
         .level = Level::should,
         .attacker = check::Attacker::network,
         .references = {{"MCP", "server/tools#x-mcp-header"}},
         .requirements = {"REF-53"},
         .needs = {.since = mcp::Revision::r2026_07_28},
         .faults = {"schema.mirrored"},
         .why = "Header fields are read and logged by everything on the way.",
         .fix = "Take x-mcp-header off the credential's argument.",
         .run = secret_not_mirrored},
    }};

}  // namespace
