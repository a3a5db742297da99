#include <fmt/core.h>

#include "common/base/json.h"
#include "common/base/random.h"
#include "harness/check/patience.h"
#include "harness/check/set_up.h"

// Sessions: those of an older revision, and what a session is bound to.

namespace check {
namespace {

constexpr std::string_view kId = R"("set-up")";
/// One token that is rejected may be chance.
constexpr int kRejections = 2;

}  // namespace

mcp::Greeting SetUp::greet_in_older_revision(const Credential& credential) {
  const auto greet = [&] {
    return mcp::greet_legacy(
        [&](wire::Request request, std::string_view id) { return send(request, id, credential); },
        context_.target_.url.target());
  };
  mcp::Greeting greeting = greet();
  for (int i = 0; i < kMaxPatience && greeting.last.kind == mcp::Kind::limited; ++i) {
    if (!context_.wait(time_to_wait(greeting.last.exchange), "the server limits our rate")) break;
    greeting = greet();
  }
  transport_problem_.clear();
  return greeting;
}

void SetUp::find_sessions() {
  Target& target = context_.target_;
  const bool forced = context_.options_.revision || target.profile.revision;
  if (forced || target.era() != mcp::Era::modern) return;
  const Credential credential = context_.control_credential();
  mcp::Greeting greeting = greet_in_older_revision(credential);
  if (!greeting.ok()) {
    target.no_sessions = "answers initialize with " + greeting.last.summary();
    return;
  }
  const std::string revision(mcp::to_string(greeting.revision));
  if (greeting.session_id.empty()) {
    target.no_sessions = "begins no session in " + revision;
    return;
  }
  std::unique_ptr<Context> legacy(new Context(context_, std::move(greeting)));
  const mcp::Answer answer =
      send(mcp::frame(legacy->framing(), target.control(), kId), kId, credential);
  transport_problem_.clear();
  if (answer.kind != mcp::Kind::result) {
    target.no_sessions =
        fmt::format("answers in a session of {} with {}", revision, answer.summary());
    return;
  }
  context_.legacy_ = std::move(legacy);
  context_.note("sessions", fmt::format(R"("tested at {}")", revision));
  SetUp(*context_.legacy_).see_what_sessions_take();
}

void SetUp::see_what_sessions_take() {
  Target& target = context_.target_;
  if (target.greeting.session_id.empty() || !context_.calibration_.accepted) return;
  const auto accepts = [&](const Credential& credential) {
    const auto request = mcp::frame(context_.framing(), target.control(), kId);
    const mcp::Answer answer = send(request, kId, credential);
    transport_problem_.clear();
    return answer.kind == mcp::Kind::result;
  };
  jose::Recipe another = context_.control("alice");
  another.claims.set_string("jti", base::random_hex(16));
  const Credential other = context_.carry(context_.mint(another).value_or(""));
  for (int i = 0; i < kRejections; ++i) {
    if (accepts(other)) return;
    if (!context_.renew_session() || !accepts(context_.control_credential())) return;
  }
  target.session_per_token = true;
  context_.note("session_per_token", "true");
}

}  // namespace check
