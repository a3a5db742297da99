#include "harness/check/call_refusal.h"

#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/treatment.h"

namespace check {
namespace {

using nlohmann::json;

constexpr std::string_view kExpected =
    "a tool error or a JSON-RPC error, and nothing of the result";
/// Shorter results, such as a sum, may well stand in an error by chance.
constexpr std::size_t kTelling = 12;

bool holds(const mcp::Answer& answer, const mcp::Answer& control) {
  const std::string good = mcp::tool_text(control);
  if (good.empty()) return false;
  const std::string text = mcp::tool_text(answer) + answer.rpc_message;
  if (text == good || (good.size() >= kTelling && text.find(good) != std::string::npos)) {
    return true;
  }
  const json result = json::parse(answer.result, nullptr, /*allow_exceptions=*/false);
  const json content = result.is_object() ? result.value("content", json()) : json();
  return std::any_of(content.begin(), content.end(),
                     [&](const json& block) { return base::text_member(block, "text") == good; });
}

Finding accepted(const mcp::Answer& answer, std::string reason, std::string cause) {
  Finding finding = Finding::broken(std::string(kExpected), answer.summary(), std::move(reason));
  finding.outcome = Outcome::accepted;
  finding.cause = std::move(cause);
  return finding;
}

Finding unanswered(const mcp::Answer& answer) {
  Finding finding = Finding::broken(std::string(kExpected), answer.summary(),
                                    "the credential made the server fail, not refuse");
  finding.outcome = Outcome::misrefused;
  finding.impact = Impact::failure;
  finding.cause = "no response to invalid credentials";
  return finding;
}

}  // namespace

bool was_run(const mcp::Answer& answer) {
  return answer.kind == mcp::Kind::result && !answer.is_error;
}

bool is_marked(const mcp::Answer& refusal) { return !was_run(refusal); }

Finding judge_call(const mcp::Answer& answer, const mcp::Answer& before, const mcp::Answer& after) {
  if (answer.kind == mcp::Kind::limited) {
    return Finding::undecided("the server kept answering 429, which is no verdict");
  }
  if (answer.kind == mcp::Kind::none || answer.kind == mcp::Kind::server_error) {
    return unanswered(answer);
  }
  if (was_run(answer)) {
    const std::string yield = yield_of(answer);
    const bool steady = yield_of(before) == yield_of(after);
    const bool same = yield == yield_of(before) || yield == yield_of(after);
    if (same || (!steady && !sounds_like_refusal(answer, before))) {
      return accepted(answer, "the tool did what the call asked for", "accepted");
    }
  } else if (holds(answer, before) || holds(answer, after)) {
    return accepted(answer, "the refusal has the tool's result in it",
                    "the result is told with the refusal");
  }
  Finding finding = Finding::met(answer.summary());
  finding.outcome = Outcome::refused;
  return finding;
}

}  // namespace check
