// What one caller is told when something goes wrong, after another one was there.
#include <fmt/core.h>

#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "harness/check/family.h"
#include "harness/check/second_caller.h"

namespace suites::isolation {
namespace {

using check::Attempt;
using check::Credential;
using check::Finding;
using check::Level;
using check::Probe;

void close_after(wire::Request& request) {
  base::set_header(request.headers, "Connection", "close");
}

/// What a caller sends that nobody else knows: in parameters that most servers look at.
std::vector<Attempt> confidences(const Credential& credential, const std::string& canary,
                                 bool own_session) {
  const std::string text = base::json_string(canary);
  return {
      {.credential = credential,
       .operation = mcp::Operation{.method = "tools/list",
                                   .params = fmt::format(R"({{"cursor":{}}})", text)},
       .own_session = own_session},
      {.credential = credential,
       .operation = mcp::Operation::call_tool(canary, fmt::format(R"({{"note":{}}})", text)),
       .own_session = own_session},
  };
}

/// Requests that get an error, whoever sends them.
check::Family mistakes(Probe& probe, const Credential& credential) {
  return {
      {"without credentials", check::without_credentials()},
      {"with garbage", check::with_garbage(probe)},
      {"a body that is no JSON",
       {.credential = credential,
        .edit = [](wire::Request& request) { request.body = "{\"jsonrpc\""; }}},
      {"an unknown method",
       {.credential = credential, .operation = mcp::Operation{.method = "mcp-authspec/none"}}},
      {"an unknown tool",
       {.credential = credential, .operation = mcp::Operation::call_tool("mcp-authspec-none")}},
  };
}

bool tells(const wire::Exchange& exchange, const std::string& secret) {
  if (!exchange.response || secret.empty()) return false;
  if (exchange.response->body.find(secret) != std::string::npos) return true;
  const auto& fields = exchange.response->headers;
  return std::any_of(fields.begin(), fields.end(), [&](const base::Header& field) {
    return field.value.find(secret) != std::string::npos;
  });
}

/// One caller after the other; with `apart`, over connections of their own.
Finding overhears(Probe& probe, const Credential& first, bool own_session,
                  const std::string& canary, bool apart) {
  for (const check::Named& mistake : mistakes(probe, probe.good_credential())) {
    for (Attempt& confidence : confidences(first, canary, own_session)) {
      if (apart) confidence.edit = close_after;
      const mcp::Answer told = probe.send(confidence);
      if (told.kind == mcp::Kind::none || told.kind == mcp::Kind::limited) {
        return Finding::undecided("the first caller got no answer: " + told.summary());
      }
    }
    const mcp::Answer answer = probe.send(mistake.attempt);
    if (!tells(answer.exchange, canary)) continue;
    probe.decisive(answer.exchange, true);
    Finding finding = Finding::broken("an error about the request that it answers",
                                      mistake.label + ": what another caller had sent before",
                                      "callers read what others send");
    finding.impact = check::Impact::exposure;
    return finding;
  }
  return Finding::met("nothing of another caller");
}

Finding errors(Probe& probe) {
  if (!probe.control_accepted()) return Finding::undecided("good credentials were refused");
  const std::string canary = "canary-" + base::random_hex(8);
  // In the name of the caller as well, where we may choose it.
  const auto other = check::credential_of_another(probe, canary);
  const Credential first = other.value_or(probe.good_credential());
  for (const bool apart : {false, true}) {
    const Finding finding = overhears(probe, first, other.has_value(), canary, apart);
    if (!finding.ok()) return finding;
  }
  return Finding::met("nothing of another caller");
}

const check::Suite kErrorCases{
    "isolation",
    check::modes::protected_http(),
    {{.id = "error-bodies",
      .title = "an error tells nothing of what another caller sent",
      .sends = "Requests of one caller that hold a word which nobody else knows, and after each of "
               "them requests of another that get an error: without credentials, with garbage, "
               "broken JSON, an unknown method, an unknown tool.",
      .level = Level::must,
      .attacker = check::Attacker::anyone,
      .references = {{"MCP", "access-token-privilege-restriction"}, {"CWE-209", ""}},
      .requirements = {"RS-16", "REF-ISO-2"},
      .faults = {"isolation.errors-of-others"},
      .why = "Error handlers that keep the request in a global hand it to whoever fails next.",
      .fix = "Build errors from the request that they answer, and keep nothing of it.",
      .run = errors}}};

}  // namespace
}  // namespace suites::isolation
