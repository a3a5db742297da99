#include "harness/check/opaque.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/check/patience.h"

namespace check {
namespace {

using std::chrono::seconds;

/// How long after its revocation a token is tried again.
/// Where the profile does not say how long the server may remember.
constexpr seconds kRevocationBudget{90};
constexpr std::array kRevocationSteps = {seconds{0},  seconds{1},   seconds{3},
                                         seconds{6},  seconds{12},  seconds{30},
                                         seconds{60}, seconds{120}, seconds{300}};

idp::OpaqueTokens& tokens_of(Probe& probe) { return probe.context().issuer().opaque_tokens(); }

bool mentions(const idp::Entry& entry, const std::string& token) {
  const std::string* const field = base::find_header(entry.headers, "Authorization");
  return entry.body.find(token) != std::string::npos ||
         entry.target.find(token) != std::string::npos ||
         (field != nullptr && field->find(token) != std::string::npos);
}

/// Uses the token again and again until it is refused or the time is over. False if the run ended.
bool await_refusal(Probe& probe, const Attempt& attempt, seconds allowed, seconds& waited) {
  for (const seconds step : kRevocationSteps) {
    const seconds until = std::min(step, allowed + seconds{1});
    if (!probe.wait(until - waited, "for a revocation to be noticed")) return false;
    waited = until;
    if (probe.send(attempt).kind != mcp::Kind::result || waited > allowed) break;
  }
  return true;
}

}  // namespace

/// An unhandled error while the issuer is failing is nothing that a caller can provoke.
Refusal not_vouched_for() {
  return {.statuses = {400, 401, 403, 502, 503, 504}, .on_error = Impact::misrefused};
}

Body active_by_issuer(Body body, std::string reason) {
  return [body = std::move(body), reason = std::move(reason)](Probe& probe) {
    Finding finding = body(probe);
    if (finding.outcome != Outcome::accepted) return finding;
    finding.outcome = Outcome::not_applicable;
    finding.impact = Impact::laxity;
    finding.reason = reason;
    finding.cause.clear();
    return finding;
  };
}

Body refuses_shape(std::function<idp::OpaqueShape(Probe&)> shape) {
  return [shape = std::move(shape)](Probe& probe) {
    const std::string token = tokens_of(probe).add(probe.good(), shape(probe));
    return probe.refuses(Attempt{.credential = probe.carry(token)}, not_vouched_for());
  };
}

Body refuses_unanswered(idp::Misbehaviour idp::OpaqueShape::*endpoint) {
  return [endpoint](Probe& probe) {
    const auto patience = patience_with_issuer(probe.context());
    idp::OpaqueShape shape;
    shape.*endpoint = idp::Misbehaviour::stall(patience + seconds{1});
    const std::string token = tokens_of(probe).add(probe.good(), std::move(shape));
    return probe.refuses(Attempt{.credential = probe.carry(token), .patience = patience},
                         not_vouched_for());
  };
}

Finding refuses_redirected(Probe& probe, const TellingEndpoint& endpoint) {
  idp::MockIdp& stranger = probe.context().rogue();
  idp::OpaqueTokens& vouching = stranger.issuer().opaque_tokens();
  const std::string elsewhere = (stranger.issuer().*endpoint.url)();
  vouching.answer_anybody();
  idp::OpaqueShape shape;
  shape.*endpoint.misbehaves = idp::Misbehaviour::redirect(307, elsewhere);
  const jose::Recipe good = probe.good();
  const std::string token = tokens_of(probe).add(good, std::move(shape));
  vouching.add(good, {.text = token});

  Finding finding = probe.refuses(Attempt{.credential = probe.carry(token)}, not_vouched_for());
  const auto told =
      stranger.journal().count([&](const idp::Entry& entry) { return mentions(entry, token); });
  if (!finding.ok() || told == 0) return finding;
  finding = Finding::broken(
      "no token to where the endpoint redirects",
      fmt::format("the server sent the token to {}; it then answered {}", elsewhere,
                  finding.actual),
      "the token, and what the server proves itself with, go to whoever the redirect names");
  finding.outcome = Outcome::misrefused;
  finding.impact = Impact::exposure;
  return finding;
}

Finding refuses_unknown(Probe& probe) {
  std::string token = probe.mint(probe.good());
  for (char& c : token) c = c == '0' ? '1' : '0';
  return probe.refuses(Attempt{.credential = probe.carry(token)});
}

Finding refuses_revoked_in_use(Probe& probe) {
  const std::string token = probe.mint(probe.good());
  const Attempt attempt{.credential = probe.carry(token)};
  const auto before = probe.send(attempt);
  if (before.kind != mcp::Kind::result) {
    return Finding::undecided("a good token was refused: " + before.summary());
  }
  tokens_of(probe).revoke(token);
  const seconds allowed = probe.target().profile.key_cache_ttl.value_or(kRevocationBudget);
  seconds waited{0};
  if (!await_refusal(probe, attempt, allowed, waited)) {
    return Finding::undecided("the run was ended while a revocation was waited for");
  }
  probe.note("revocation_noticed_within_s", std::to_string(waited.count()));
  Finding finding = probe.refuses(attempt);
  if (finding.outcome == Outcome::accepted) {
    finding.reason =
        fmt::format("{} s after its revocation the token is still taken; {} s are allowed",
                    waited.count(), allowed.count());
  }
  return finding;
}

Finding keeps_token_out_of_urls(Probe& probe) {
  const std::string token = probe.mint(probe.good());
  const auto answer = probe.send({.credential = probe.carry(token)});
  probe.decisive(answer.exchange);
  if (answer.kind != mcp::Kind::result) {
    return Finding::undecided("a fresh token was refused: " + answer.summary());
  }
  const auto shown = probe.context().provider().journal().count(
      [&](const idp::Entry& entry) { return entry.target.find(token) != std::string::npos; });
  if (shown == 0) return Finding::met("no URL had the token in it");
  Finding finding = Finding::broken("no URL with the token in it",
                                    "the token was in the URL of a request to its issuer",
                                    "URLs are written to logs, and logs are read by many");
  finding.impact = Impact::exposure;
  return finding;
}

}  // namespace check
