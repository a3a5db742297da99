#include "harness/check/refusal.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/base/text.h"
#include "harness/check/treatment.h"

namespace check {
namespace {

/// "401 or 400"
std::string statuses_text(const std::vector<int>& statuses) {
  if (statuses.empty()) return "any 4xx status";
  std::vector<std::string> texts;
  texts.reserve(statuses.size());
  for (const int status : statuses) texts.push_back(std::to_string(status));
  return base::join(texts, " or ");
}

std::string expected_text(const Refusal& refusal) {
  std::string text = statuses_text(refusal.statuses);
  if (refusal.challenge) text += " with a WWW-Authenticate challenge";
  return text + " and no JSON-RPC result";
}

bool is_allowed(int status, const std::vector<int>& statuses) {
  if (statuses.empty()) return status / 100 == 4;
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

Finding misrefused(const mcp::Answer& answer, const Refusal& refusal, std::string reason,
                   std::string cause) {
  Finding finding = Finding::broken(expected_text(refusal), answer.summary(), std::move(reason));
  finding.outcome = Outcome::misrefused;
  finding.cause = std::move(cause);
  return finding;
}

std::string why_forbidden(const mcp::Answer& answer, const Circumstances& known) {
  if (known.like_a_missing_scope) {
    return "a valid token that lacks the scope gets the same 403: clients ask the user for more "
           "scopes instead of new credentials";
  }
  const auto names_scope = [](const mcp::Challenge& challenge) {
    const std::string* error = challenge.parameter("error");
    return error != nullptr && *error == "insufficient_scope";
  };
  if (std::any_of(answer.challenges.begin(), answer.challenges.end(), names_scope)) {
    return "its challenge says insufficient_scope: clients ask the user for more scopes instead of "
           "new credentials";
  }
  return "a client that gets 403 does not ask the user to log in";
}

/// The control's error comes from behind the check of credentials, so this one does too.
bool is_the_controls_error(const mcp::Answer& answer, const mcp::Answer& control) {
  return answer.kind == mcp::Kind::rpc_error && control.kind == mcp::Kind::rpc_error &&
         answer.rpc_code == control.rpc_code && answer.rpc_message == control.rpc_message;
}

std::string why_wrong_status(const mcp::Answer& answer, const Circumstances& known) {
  const int status = answer.status();
  if (status == 403) return why_forbidden(answer, known);
  if (status >= 500) return "the refusal is an unhandled error, not an answer about the token";
  if (status >= 300 && status < 400) {
    return "an MCP client does not log in where a redirect leads, and cannot tell from it that it "
           "needs credentials";
  }
  if (is_the_controls_error(answer, known.control)) {
    return "valid credentials get the same error: the request was processed before its credentials "
           "were checked";
  }
  if (status >= 200 && status < 300) {
    return "a client takes 2xx for success: it does not ask the user to log in";
  }
  return "a client cannot tell from this status that it needs other credentials";
}

std::string cause_of(const mcp::Answer& answer, const Refusal& refusal) {
  const int status = answer.status();
  if (status >= 200 && status < 300) return fmt::format("{} with a rejection inside", status);
  return fmt::format("{} instead of {}", status, statuses_text(refusal.statuses));
}

}  // namespace

Finding judge_refusal(const mcp::Answer& answer, const Refusal& refusal,
                      const Circumstances& known) {
  if (was_served(answer, known.control)) {
    Finding finding =
        Finding::broken(expected_text(refusal), answer.summary(),
                        "the server did what the request asks for, as with valid credentials");
    finding.outcome = Outcome::accepted;
    finding.cause = "accepted";
    return finding;
  }
  if (answer.kind == mcp::Kind::limited) {
    return Finding::undecided("the server kept answering 429, which is no verdict");
  }
  const int status = answer.status();
  if (status == 0) {
    Finding finding = misrefused(answer, refusal, "there was no HTTP answer at all",
                                 "no response to invalid credentials");
    finding.impact = Impact::failure;
    return finding;
  }
  if (!is_allowed(status, refusal.statuses)) {
    Finding finding =
        misrefused(answer, refusal, why_wrong_status(answer, known), cause_of(answer, refusal));
    if (status >= 500) finding.impact = refusal.on_error;
    return finding;
  }
  if (status == 401 && refusal.challenge &&
      answer.exchange.response->header("WWW-Authenticate") == nullptr) {
    return misrefused(answer, refusal,
                      "a 401 has to say by WWW-Authenticate which credentials it wants (RFC 9110, "
                      "section 15.5.2)",
                      "401 without WWW-Authenticate");
  }
  Finding finding = Finding::met(answer.summary());
  finding.outcome = Outcome::refused;
  return finding;
}

}  // namespace check
