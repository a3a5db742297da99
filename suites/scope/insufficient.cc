// A valid token without the scope: what the refusal is and what it says.
#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "suites/scope/needed.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;
using suites::Needed;
using suites::Scopes;

constexpr std::size_t kTelling = 16;  ///< bytes of a result that no error text has by chance

bool names_all(const std::string* scope, const Scopes& scopes) {
  const auto named = scope == nullptr ? std::vector<std::string>() : base::words(*scope);
  return std::all_of(scopes.begin(), scopes.end(), [&](const std::string& one) {
    return std::find(named.begin(), named.end(), one) != named.end();
  });
}

Finding insufficient(Probe& probe, const Needed& needed) {
  Finding finding = probe.refuses(suites::unrelated_scopes(probe, needed),
                                  {.statuses = {403}, .challenge = false});
  // One answer, one finding.
  if (finding.cause == "401 instead of 403") {
    return Finding::skipped("the answer is " + finding.actual + ": see scope.not-401");
  }
  return check::no_bypass(finding,
                          "the operation is open to tokens that were not granted its scope",
                          check::Impact::privilege);
}

/// A spawned server is told which scope to require. One that serves tokens without it either checks
/// no scopes or does not read REQUIRED_SCOPE, which is why this is no more than a warning.
Finding insufficient_by_our_word(Probe& probe, const Needed& needed) {
  Finding finding = insufficient(probe, needed);
  if (finding.outcome != check::Outcome::accepted) return finding;
  return Finding::broken(
      finding.expected, finding.actual,
      fmt::format("started with REQUIRED_SCOPE={}, the server serves a token without it; where it "
                  "needs no scope, tell so with an empty REQUIRED_SCOPE in the profile's env",
                  base::join(needed.scopes, " ")));
}

Finding insufficient_anywhere(Probe& probe) {
  if (const auto told = suites::needed_by_our_word(probe)) {
    return insufficient_by_our_word(probe, *told);
  }
  return suites::about_all_scopes(insufficient)(probe);
}

/// What a challenge of a 403 lacks, in words; empty if nothing.
std::vector<std::string> lacks(const mcp::Challenge& challenge, Revision revision) {
  std::vector<std::string> missing;
  const std::string* error = challenge.parameter("error");
  if (error == nullptr || *error != "insufficient_scope") {
    missing.emplace_back("error=\"insufficient_scope\"");
  }
  if (revision < Revision::r2025_11_25) return missing;
  if (challenge.parameter("scope") == nullptr) missing.emplace_back("scope");
  if (challenge.parameter("resource_metadata") == nullptr) {
    missing.emplace_back("resource_metadata");
  }
  return missing;
}

/// Whether the scopes that the server names are enough: by trying them, since only the server knows
/// which it needs. True as well where it names all that are known to be needed.
bool suffices(Probe& probe, const Needed& needed, const std::string& named) {
  if (names_all(&named, needed.scopes)) return true;
  Scopes scopes = needed.base;
  for (const std::string& scope : base::words(named)) scopes.push_back(scope);
  return probe.send(suites::with_scopes(probe, needed, scopes)).kind == mcp::Kind::result;
}

Finding challenge_of_403(Probe& probe, const Needed& needed) {
  return check::examines(
      probe, suites::unrelated_scopes(probe, needed), 403, [&](Probe&, const mcp::Answer& answer) {
        const std::string expected = fmt::format(
            "{} error=\"insufficient_scope\", scope=…, resource_metadata=…", probe.scheme());
        const mcp::Challenge* challenge = answer.challenge(probe.scheme());
        if (challenge == nullptr) {
          return Finding::broken(expected, answer.summary() + ", without a Bearer challenge",
                                 "a client does not learn that more rights would help");
        }
        const auto missing = lacks(*challenge, probe.target().revision());
        if (!missing.empty()) {
          const bool metadata_alone = missing.size() == 1 && missing[0] == "resource_metadata";
          return Finding::broken(
              expected, fmt::format("{}; it lacks {}", answer.summary(), base::join(missing, ", ")),
              metadata_alone ? "a client does not learn here where to ask for more"
                             : "a client does not learn what to ask for");
        }
        const std::string* scope = challenge->parameter("scope");
        if (scope == nullptr || suffices(probe, needed, *scope)) {
          return Finding::met(answer.summary());
        }
        return Finding::broken(
            "the scopes that the operation needs",
            fmt::format("{}; a token with these scopes is rejected as well", answer.summary()),
            "a client asks the user for what the server names, and is rejected again");
      });
}

Finding all_at_once(Probe& probe) {
  auto needed = suites::needed_by_tool(probe);
  const auto every = suites::needed_by_every_request(probe);
  if (!needed) return Finding::skipped("no tool with a scope of its own is known");
  needed->base = every ? every->scopes : Scopes{};
  const Scopes all = needed->all();
  if (all.size() < 2) return Finding::skipped("no operation that needs two scopes is known");
  const auto attempt = suites::without_scopes(probe, *needed);
  return check::examines(probe, attempt, 403, [&](Probe&, const mcp::Answer& answer) {
    const mcp::Challenge* challenge = answer.challenge(probe.scheme());
    const std::string* scope = challenge != nullptr ? challenge->parameter("scope") : nullptr;
    if (scope == nullptr) {
      return Finding::skipped("the 403 names no scope: see insufficient-scope-challenge");
    }
    if (names_all(scope, all)) return Finding::met(answer.summary());
    return Finding::broken(fmt::format("scope=\"{}\"", base::join(all, " ")), answer.summary(),
                           "a client has to ask the user again and again, once per scope");
  });
}

Finding not_401(Probe& probe, const Needed& needed) {
  if (!probe.control_accepted()) {
    return Finding::undecided("good credentials were refused just before");
  }
  const mcp::Answer answer = probe.send(suites::unrelated_scopes(probe, needed));
  if (answer.kind == mcp::Kind::result) {
    return Finding::skipped("the token is accepted: see insufficient-scope");
  }
  const bool wrong = answer.status() == 401;
  probe.decisive(answer.exchange, wrong);
  if (!wrong) return Finding::met(answer.summary());
  return Finding::broken("403", answer.summary(),
                         "401 says that the token is invalid; a client gets a new one with the "
                         "same scopes, and so on for ever");
}

/// Texts of a result that are long enough to be told from chance.
void collect_texts(const nlohmann::json& value, std::vector<std::string>& texts) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    if (text.size() >= kTelling) texts.push_back(text);
  }
  if (!value.is_structured()) return;
  for (const auto& member : value) collect_texts(member, texts);
}

Finding no_leak(Probe& probe, const Needed& needed) {
  const mcp::Answer good = probe.send(suites::with_scopes(probe, needed, needed.all()));
  const auto result = base::parse_json(good.result);
  if (!result) {
    return Finding::undecided("a token with the scope gets no result: " + good.summary());
  }
  std::vector<std::string> texts;
  collect_texts(*result, texts);
  const auto attempt = suites::unrelated_scopes(probe, needed);
  return check::examines(probe, attempt, 403, [&](Probe&, const mcp::Answer& answer) {
    const std::string& body = answer.exchange.response->body;
    const auto leaked = std::find_if(texts.begin(), texts.end(), [&](const std::string& text) {
      const std::string quoted = base::json_string(text);
      return body.find(quoted.substr(1, quoted.size() - 2)) != std::string::npos;
    });
    if (leaked == texts.end() && answer.result.empty()) return Finding::met(answer.summary());
    Finding finding = Finding::broken(
        "a 403 without anything of the result",
        leaked == texts.end()
            ? "a JSON-RPC result in the body"
            : fmt::format("`{}` of the result is in its body", base::abbreviate(*leaked, 60)),
        "the refusal hands out what it refuses");
    finding.impact = check::Impact::exposure;
    return finding;
  });
}

Finding visibility(Probe& probe) {
  const check::Tool& tool = *probe.target().scoped;
  const mcp::Answer answer = probe.send(
      {.credential = probe.good_credential(), .operation = mcp::Operation::list_tools()});
  probe.decisive(answer.exchange);
  const bool listed = answer.result.find(base::json_string(tool.name)) != std::string::npos;
  const char* text = listed ? "listed" : "not listed";
  probe.note("tool_without_its_scope", base::json_string(text));
  return Finding::met(fmt::format("{} is {} to a token without its scope", tool.name, text));
}

const check::Suite insufficient_cases{
    "scope",
    suites::scoped_modes(),
    {
        {.id = "insufficient-scope",
         .title = "a valid token without the needed scope is refused with 403",
         .sends = "The good token with the scope profile instead of the needed one.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .if_accepted = Level::must,
         .references = {{"MCP", "runtime-insufficient-scope-errors"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-08", "RS-22", "RS-24", "REF-06", "REF-10"},
         .needs = {.issuer = true},
         .faults = {"scope.skip", "scope.400"},
         .why = "Scopes are what users consent to; a server that ignores them gives every client "
                "everything.",
         .fix = "Compare the token's scopes with those of the operation and answer 403.",
         .run = insufficient_anywhere},
        {.id = "insufficient-scope-challenge",
         .title = "the 403 says insufficient_scope, which scopes, and where the metadata is",
         .sends = "The good token with the scope profile instead of the needed one.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "runtime-insufficient-scope-errors"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-25", "RS-26", "RS-27"},
         .needs = {.modes = check::modes::metadata(), .issuer = true},
         .faults = {"scope.no-challenge", "scope.wrong-error", "scope.no-hint",
                    "challenge.no-metadata"},
         .why = "Clients use the challenge to ask the user for just what is missing.",
         .fix = "Add WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"…\", "
                "resource_metadata=\"…\" to the 403.",
         .run = suites::about_all_scopes(challenge_of_403)},
        {.id = "scope-all-at-once",
         .title = "one challenge names all scopes that the operation needs",
         .sends = "A call of the tool that has a scope of its own, by a token without any scope.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "runtime-insufficient-scope-errors"}},
         .requirements = {"RS-28"},
         .needs = {.since = Revision::r2026_07_28, .issuer = true, .scoped_tool = true},
         .faults = {"scope.one-at-a-time"},
         .why = "Otherwise the user is sent through one consent page per scope.",
         .fix = "Name the scopes of the whole operation in each challenge, those of the endpoint "
                "included.",
         .run = all_at_once},
        {.id = "not-401",
         .title = "a valid token without the needed scope is not told to be invalid",
         .sends = "The good token with the scope profile instead of the needed one.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "error-handling"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-22", "REF-06"},
         .needs = {.issuer = true},
         .faults = {"scope.401"},
         .why = "Clients that renew their token at 401 run in circles.",
         .fix = "Keep the two apart: 401 where verification fails, 403 where a scope is missing.",
         .run = suites::about_all_scopes(not_401)},
        {.id = "403-no-leak",
         .title = "a 403 holds nothing of the protected result",
         .sends = "A token with the needed scope, for its result, and one with the scope profile "
                  "instead.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-16"},
         .needs = {.issuer = true},
         .faults = {"scope.leak"},
         .why = "A refusal that carries the data refuses nothing.",
         .fix = "Check scopes before the operation runs.",
         .run = suites::about_all_scopes(no_leak)},
        {.id = "tool-visibility",
         .title = "whether tools/list shows a tool to a token without its scope",
         .sends = "tools/list with the good token, which lacks the scope of the tool.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "scope-challenge-handling"}},
         .needs = {.issuer = true, .scoped_tool = true},
         .why = "Hidden tools cannot be asked for; visible ones tell strangers what there is.",
         .fix = "Either is allowed. Clients can step up only to what they see.",
         .run = visibility},
    }};

}  // namespace
