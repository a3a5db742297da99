#include "reports/sample_run.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/file.h"
#include "common/base/text.h"

namespace reports {
namespace {

using namespace std::chrono_literals;
using check::CaseResult;
using check::Finding;
using check::Level;
using check::Outcome;

check::Case subject(std::string id, Level level) {
  return {
      .id = std::move(id),
      .title = "a token whose exp has passed is refused with 401",
      .sends = "The good token, ended an hour ago.",
      .level = level,
      .attacker = check::Attacker::token_holder,
      .references = {{"RFC 7519", "4.1.4"}, {"MCP", "token-handling"}},
      .requirements = {"RS-08", "RS-11"},
      .faults = {"exp.skip"},
      .aliases = {"auth/expired-token"},
      .why = "a token that leaked once opens the server for ever",
      .fix = "compare exp with the current time, allowing a few seconds at most",
      .run = {},
  };
}

wire::Exchange exchange(std::string response) {
  wire::Exchange one;
  one.url = "http://127.0.0.1:3000/mcp";
  one.raw_request = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n{\"method\":\"tools/list\"}";
  one.raw_response = std::move(response);
  one.response.emplace();
  one.sent_us = 1000;
  one.first_byte_us = 2200;
  one.done_us = 2500;
  return one;
}

CaseResult decided(check::Case one, Finding finding) {
  CaseResult result;
  result.level = one.level;
  result.judgement = check::judge(one.demand_at(one.level), finding);
  result.subject = std::move(one);
  result.finding = std::move(finding);
  result.duration = 1250us;
  return result;
}

CaseResult accepted_expired_token() {
  auto finding = Finding::broken("401 with a WWW-Authenticate challenge",
                                 "200 with a JSON-RPC result", "the expired token was accepted");
  finding.outcome = Outcome::accepted;
  auto result = decided(subject("claims.expired", Level::must), finding);
  result.exchanges = {exchange("HTTP/1.1 200 OK\r\n\r\n{\"result\":{}}")};
  result.repro = "curl -i -H 'Authorization: Bearer e30.e30.x' http://127.0.0.1:3000/mcp";
  return result;
}

CaseResult without_challenge(std::string id) {
  auto finding = Finding::broken("401 with a WWW-Authenticate challenge",
                                 "401 without WWW-Authenticate", "clients cannot tell where to go");
  finding.outcome = Outcome::misrefused;
  finding.cause = "401 without WWW-Authenticate";
  return decided(subject(std::move(id), Level::must), finding);
}

/// What a server sent that wants to steer a terminal and to break out of markup.
CaseResult hostile_text() {
  auto finding = Finding::broken("a quoted \"realm\"",
                                 "\x1b[2J<script>alert('x')</script>]]>&amp; \xff \u202eevil");
  auto one = subject("challenge.challenge-syntax", Level::should);
  one.title = "every challenge parses";
  return decided(one, finding);
}

CaseResult accepted_by_baseline() {
  auto result = decided(subject("scope.challenge-names-scope", Level::should),
                        Finding::broken("scope in the challenge", "no scope"));
  result.baselined = true;
  return result;
}

}  // namespace

/// As suite timing writes it, with fewer bins.
constexpr const char* kTimingNote = R"({"case": "timing.api-key-prefix", "verdict": "FAIL",
  "near": "a key that shares all but its last 3 characters with the good one",
  "decoy": "one of the same form that shares none", "reason": "seen twice",
  "seed": "0x5eed", "dropped": 0, "pairs": 500, "p50_ns": 31400, "difference_ns": 41200,
  "interval_ns": [40900, 41500], "bound_ns": 41500, "mde99_ns": 912, "floor_ns": 100,
  "claim_ns": 1000, "quantiles": [0.25, 0.5, 0.75],
  "distributions": {"from_ns": 25000, "bin_ns": 10000,
    "decoy": {"quantiles_ns": [30100, 31400, 33000], "counts": [470, 20, 4, 3, 1, 0, 0], "below": 1, "above": 1},
    "near": {"quantiles_ns": [71000, 72600, 74400], "counts": [0, 1, 5, 30, 450, 10, 2], "below": 0, "above": 2}}})";

check::RunResult sample_run() {
  check::RunResult run;
  run.target = {.url = "http://127.0.0.1:3000/mcp",
                .mode = "oauth",
                .mode_evidence = "the challenge is Bearer; a JWT of ours was accepted",
                .revision = "2026-07-28",
                .era = "modern",
                .issuer = "http://127.0.0.1:9400/i/main",
                .fingerprint = "sample-server 1.2.3",
                .dialect = "json-rpc",
                .spawned = "node server.js"};
  run.started = base::Time(std::chrono::seconds(1'785'240'896));
  run.duration = 1432ms;
  run.planned = 9;
  run.cases = {
      decided(subject("wiring.control", Level::must), Finding::met("200")),
      without_challenge("claims.no-aud"),
      accepted_expired_token(),
      without_challenge("claims.wrong-iss"),
      hostile_text(),
      accepted_by_baseline(),
      decided(subject("scope.insufficient", Level::must),
              Finding::skipped("no tool is known that needs a scope of its own")),
      decided(subject("keys.rotation", Level::must),
              Finding::undecided("the control was refused after the attempt")),
      decided(subject("origin.foreign", Level::must), Finding::failed("the connection was reset")),
  };
  run.observations = {{"leeway_s", "60"},
                      {"algorithms", R"(["RS256","ES256"])"},
                      {"jwks.fetches", "3"},
                      {"timing[]", kTimingNote},
                      {"control", R"({"alg":"ES256","typ":"at+jwt"})"}};
  run.baseline_accepted = {"scope.challenge-names-scope"};
  run.baseline_stale = {"claims.future-iat"};
  return run;
}

void expect_golden(const std::string& name, std::string text) {
  text = base::replace_all(text, AUTHSPEC_VERSION, "VERSION");
  const std::string here = __FILE__;
  const auto path = here.substr(0, here.rfind('/')) + "/golden/" + name;
  if (std::getenv("AUTHSPEC_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::write_file(path, text)) << path;
  }
  const auto golden = base::read_file(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(*golden, text) << "look at it, then run again with AUTHSPEC_UPDATE_GOLDEN=1";
}

}  // namespace reports
