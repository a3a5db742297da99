#include <fmt/core.h>

#include "common/base/text.h"
#include "harness/check/call_refusal.h"
#include "harness/check/set_up.h"
#include "harness/check/tool_choice.h"

// Targets whose credentials are judged when a tool is called: there are no statuses to go by.

namespace check {

base::Result<void> SetUp::greet_for_calls() {
  Target& target = context_.target_;
  const auto only =
      context_.options_.revision ? context_.options_.revision : target.profile.revision;
  if (StdioTarget* stdio = context_.stdio()) {
    target.greeting = stdio->begin(only);
  } else {
    target.greeting = mcp::greet(
        [&](wire::Request request, std::string_view id) { return send(request, id, nothing()); },
        target.url.target(), only);
  }
  if (!target.greeting.problem.empty()) return base::fail(target.greeting.problem);
  if (target.greeting.refused) {
    return base::fail(fmt::format(
        "the server refuses the first request without credentials ({}), so its mode is not '{}'",
        target.greeting.last.summary(), to_string(target.mode)));
  }
  return {};
}

mcp::Answer SetUp::call(const Credential& credential) {
  last_ = control_request(credential);
  return last_;
}

base::Result<void> SetUp::find_call() {
  Target& target = context_.target_;
  if (auto greeted = greet_for_calls(); !greeted) return greeted;
  const auto listed = send(mcp::frame(target.framing(), mcp::Operation::list_tools(), "\"tools\""),
                           "\"tools\"", nothing());
  if (listed.kind != mcp::Kind::result) {
    return base::fail(
        fmt::format("the server does not list its tools, so none can be called: tools/list got {}",
                    listed.summary()));
  }
  target.tools = listed.result;
  find_tools(target.tools);
  const std::string argument = credential_argument(target.mode, target.profile);
  if (!target.profile.operation) target.call = choose_call(target.tools, argument);
  if (!target.profile.operation && !target.call) {
    return base::fail(
        "no tool of the server can be called without knowing more: the profile can name one, with "
        "its arguments, in /operation");
  }
  const mcp::Answer good = call(context_.control_credential());
  if (!was_run(good)) {
    return base::fail(fmt::format(
        "the server refuses the {} that its environment told it to accept: {} to {} got {}",
        target.mode == Mode::stdio_env ? "credential" : "credential in `" + argument + "`",
        "tools/call", base::abbreviate(target.control().params, 200), good.summary()));
  }
  // With a token of the user's nothing can be minted: its secret is not known.
  context_.calibration_.accepted =
      target.mode == Mode::stdio_jwt && !context_.options_.supplied.given();
  if (target.mode == Mode::stdio_env) return {};
  context_.refuses_something_ =
      !was_run(call(nothing())) || !was_run(call(context_.carry("this-is-not-a-token")));
  return {};
}

}  // namespace check
