// Handles that tools give out say what is wanted, not who may have it.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "harness/check/second_caller.h"

namespace suites::session {
namespace {

using check::Credential;
using check::Finding;
using check::HandleTools;
using check::Level;
using check::Probe;
using nlohmann::json;

bool is_served(const mcp::Answer& answer) {
  return answer.kind == mcp::Kind::result && !answer.is_error;
}

/// The member of that name, in the structured result or in JSON text; else the text itself.
std::string handle_in(const mcp::Answer& answer, const std::string& name) {
  const std::string text(base::trim(mcp::tool_text(answer)));
  if (const auto result = base::parse_json(answer.result); result && result->is_object()) {
    const json structured = result->value("structuredContent", json::object());
    if (const std::string found = base::text_member(structured, name); !found.empty()) {
      return found;
    }
  }
  const auto parsed = base::parse_json(text);
  return parsed && parsed->is_object() ? base::text_member(*parsed, name) : text;
}

mcp::Answer call(Probe& probe, const Credential& credential, const check::Tool& tool,
                 const std::string& arguments) {
  return probe.send({.credential = credential,
                     .operation = mcp::Operation::call_tool(tool.name, arguments),
                     .own_session = true});
}

mcp::Answer use_handle(Probe& probe, const Credential& credential, const std::string& handle) {
  const HandleTools& tools = *probe.target().handle;
  json arguments = base::parse_json(tools.use.arguments).value_or(json::object());
  arguments[tools.argument] = handle;
  return call(probe, credential, tools.use, base::dump(arguments));
}

Finding of_another(Probe& probe) {
  if (!probe.target().handle) {
    return Finding::skipped(
        "no tools are known that keep something under a handle (the profile can name them in "
        "/handle)");
  }
  const auto other = check::credential_of_another(probe, "handle-mallory");
  if (!other) return Finding::skipped(check::kNoSecondCaller);
  const HandleTools& tools = *probe.target().handle;
  const Credential owner = probe.good_credential();
  const std::string handle =
      handle_in(call(probe, owner, tools.mint, tools.mint.arguments), tools.argument);
  if (handle.empty()) return Finding::undecided("the tool " + tools.mint.name + " gave no handle");
  const mcp::Answer own = use_handle(probe, owner, handle);
  if (!is_served(own)) {
    return Finding::undecided("the handle does not work for its own caller: " + own.summary());
  }
  const mcp::Answer minted = call(probe, *other, tools.mint, tools.mint.arguments);
  if (!is_served(minted)) {
    return Finding::undecided("a second caller gets no handle: " + minted.summary());
  }
  const mcp::Answer stolen = use_handle(probe, *other, handle);
  const mcp::Answer unknown = use_handle(probe, *other, base::random_hex(16));
  // Who gets the same for a handle that nobody has got nothing of the other's.
  const bool nothing = is_served(unknown) && mcp::tool_text(unknown) == mcp::tool_text(stolen);
  const bool served = is_served(stolen) && !nothing;
  probe.decisive(stolen.exchange, served);
  if (served) {
    Finding finding =
        Finding::broken("refused, as a handle that nobody has", stolen.summary(),
                        "whoever learns a handle gets what another caller keeps under it");
    finding.outcome = check::Outcome::accepted;
    return finding;
  }
  if (!is_served(use_handle(probe, owner, handle))) {
    return Finding::undecided("the handle did not work for its own caller just after");
  }
  return Finding::met(stolen.is_error ? "a tool error" : stolen.summary());
}

const check::Suite kHandleCases{
    "session",
    check::with_second_caller(),
    {{.id = "handle-of-another-user",
      .title = "a handle does not work for another user",
      .sends = "A tool's handle that one user got, used with good credentials of another.",
      .level = Level::bcp,
      .attacker = check::Attacker::token_holder,
      .references = {{"MCP best practices", "state-handle-hijacking"}, {"CWE-639", ""}},
      .requirements = {"REF-SES-7"},
      .faults = {"handle.skip"},
      .why = "Models repeat handles in what they write; whoever reads one has what is behind it.",
      .fix = "Keep the user with what is kept, and look it up by both.",
      .run = of_another}}};

}  // namespace
}  // namespace suites::session
