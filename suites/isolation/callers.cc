#include "suites/isolation/callers.h"

#include "harness/check/patience.h"
#include "harness/check/second_caller.h"
#include "harness/check/sessions.h"

namespace suites::isolation {

using check::Probe;

namespace {

/// In a session of the caller's own, where the server keeps sessions and begins one more.
Caller join(Probe& probe, const check::Credential& credential, const mcp::Operation& operation) {
  Caller caller{
      .credential = credential,
      .framing = probe.context().framing(),
      .operation = operation,
  };
  if (caller.framing.session_id.empty()) return caller;
  const mcp::Greeting greeting = check::begin_session(probe, credential);
  caller.session = greeting.ok() ? greeting.session_id : std::string();
  if (!caller.session.empty()) caller.framing.session_id = caller.session;
  return caller;
}

/// In one session nobody may use an id twice (2025-11-25 base protocol, "Requests").
bool share_a_session(const Callers& callers) {
  return !callers.a.framing.session_id.empty() &&
         (callers.a.session.empty() || callers.b.session.empty());
}

/// Asks alone, twice: what changes from one time to the next tells nobody apart.
bool learns_own(Probe& probe, Caller& caller) {
  wire::Connection connection = probe.context().connect();
  for (int i = 0; i < 2; ++i) {
    const std::string id = std::to_string(probe.context().count_exchange());
    const std::string text = said(ask_patiently(probe, connection, caller, id));
    if (text.empty() || (i > 0 && text != caller.own)) return false;
    caller.own = text;
  }
  return true;
}

mcp::Operation another_question(const Probe& probe) {
  const bool modern = probe.target().era() == mcp::Era::modern;
  return {.method = modern ? "server/discover" : "ping"};
}

}  // namespace

mcp::Answer ask(Probe& probe, wire::Connection& connection, const Caller& caller,
                const std::string& id, check::Repeat repeat) {
  check::Context& context = probe.context();
  wire::Request request = mcp::frame(caller.framing, caller.operation, id);
  for (const auto& field : caller.credential.headers) request.headers.push_back(field);
  const auto enough = [&](const wire::Response& response) {
    return mcp::has_response(response, id);
  };
  return mcp::interpret(context.exchange(connection, request, probe.deadline(), enough, {}, repeat),
                        id);
}

mcp::Answer ask_patiently(Probe& probe, wire::Connection& connection, const Caller& caller,
                          const std::string& id) {
  return mcp::interpret(
      check::with_patience(probe, [&] { return ask(probe, connection, caller, id).exchange; }), id);
}

std::string said(const mcp::Answer& answer) {
  if (answer.kind != mcp::Kind::result || answer.is_error) return {};
  const std::string text = mcp::tool_text(answer);
  return text.empty() ? answer.result : text;
}

std::optional<Callers> told_apart_by_identity(Probe& probe) {
  const auto& tool = probe.target().identity;
  if (!tool) return std::nullopt;
  const auto other = check::credential_of_another(probe, "isolation-bob");
  if (!other) return std::nullopt;
  const auto operation = mcp::Operation::call_tool(tool->name, tool->arguments);
  Callers callers{.a = join(probe, probe.good_credential(), operation),
                  .b = join(probe, *other, operation),
                  .by_identity = true};
  const bool learned =
      !share_a_session(callers) && learns_own(probe, callers.a) && learns_own(probe, callers.b);
  if (learned && callers.a.own != callers.b.own) return callers;
  leave(probe, callers);
  return std::nullopt;
}

base::Result<Callers> told_apart(Probe& probe) {
  if (auto callers = told_apart_by_identity(probe)) return std::move(*callers);
  std::vector<check::Credential> others;
  if (const auto other = check::credential_of_another(probe, "isolation-bob")) {
    others.push_back(*other);
  }
  // Answers can be mixed up between two connections of one user as well.
  others.push_back(probe.good_credential());
  for (const check::Credential& other : others) {
    Callers callers{.a = join(probe, probe.good_credential(), mcp::Operation::list_tools()),
                    .b = join(probe, other, another_question(probe))};
    const bool learned =
        !share_a_session(callers) && learns_own(probe, callers.a) && learns_own(probe, callers.b);
    if (learned && callers.a.own != callers.b.own) return callers;
    leave(probe, callers);
  }
  return base::fail(
      "two callers cannot be told apart: by who they are, or by different questions in sessions of "
      "their own");
}

void leave(Probe& probe, const Callers& callers) {
  for (const Caller* caller : {&callers.a, &callers.b}) {
    check::end_session(probe, caller->credential, caller->session);
  }
}

}  // namespace suites::isolation
