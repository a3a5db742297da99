#include "harness/check/refusal.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/base/text.h"

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

/// Whether the server did what was asked: gave a result, took a notification, opened a stream.
bool was_served(const mcp::Answer& answer) {
  if (!answer.result.empty() || answer.kind == mcp::Kind::accepted) return true;
  if (answer.kind != mcp::Kind::strange || answer.status() / 100 != 2) return false;
  const std::string* type = answer.exchange.response->header("Content-Type");
  return type != nullptr && base::to_lower(*type).rfind("text/event-stream", 0) == 0;
}

Finding misrefused(const mcp::Answer& answer, const Refusal& refusal, std::string reason,
                   std::string cause) {
  Finding finding = Finding::broken(expected_text(refusal), answer.summary(), std::move(reason));
  finding.outcome = Outcome::misrefused;
  finding.cause = std::move(cause);
  return finding;
}

std::string why_wrong_status(const mcp::Answer& answer) {
  const int status = answer.status();
  if (status == 403) {
    return "403 says that the token was taken as valid but not sufficient: it passed verification";
  }
  if (status >= 500) return "the refusal is an unhandled error, not an answer about the token";
  if (answer.kind == mcp::Kind::rpc_error) {
    return "the request went past authentication to the JSON-RPC layer, which refused it";
  }
  return "refused, but a client cannot tell from this status that it needs other credentials";
}

}  // namespace

Finding judge_refusal(const mcp::Answer& answer, const Refusal& refusal) {
  if (was_served(answer)) {
    Finding finding = Finding::broken(expected_text(refusal), answer.summary(),
                                      "the server did what the request asked for");
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
                                 "no answer to a bad credential");
    finding.impact = Impact::failure;
    return finding;
  }
  if (!is_allowed(status, refusal.statuses)) {
    Finding finding =
        misrefused(answer, refusal, why_wrong_status(answer),
                   fmt::format("{} instead of {}", status, statuses_text(refusal.statuses)));
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
