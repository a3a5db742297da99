// Tools that hand out tokens.
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/tool_choice.h"
#include "suites/stdio/token.h"

namespace suites::stdio {
namespace {

using check::Attempt;
using check::Finding;
using check::Level;
using check::Probe;

// -------------------------------------------------------------------------------------

/// The first thing in a text that looks like a JWT.
std::string find_token(const std::string& text) {
  const auto in_token = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  for (std::size_t at = text.find("eyJ"); at != std::string::npos; at = text.find("eyJ", at + 1)) {
    std::size_t end = at;
    while (end < text.size() && in_token(text[end])) ++end;
    const std::string word = text.substr(at, end - at);
    if (std::count(word.begin(), word.end(), '.') == 2) return word;
  }
  return {};
}

std::optional<mcp::Operation> minting(const Probe& probe) {
  const check::Target& target = probe.target();
  return check::minting_call(target.tools, check::credential_argument(target.mode, target.profile));
}

constexpr const char* kNoMint = "the server has no tool that hands out tokens";

/// What the minting tool gives to that caller: a token, or nothing.
std::string minted_for(Probe& probe, const check::Credential& credential, mcp::Answer& answer) {
  answer = probe.send({.credential = credential, .operation = minting(probe)});
  return answer.exchange.response ? find_token(answer.exchange.response->body) : std::string();
}

Finding no_token_for(Probe& probe, const check::Credential& credential, const char* whom) {
  if (!minting(probe)) return Finding::skipped(kNoMint);
  mcp::Answer answer;
  const std::string token = minted_for(probe, credential, answer);
  probe.decisive(answer.exchange, !token.empty());
  if (token.empty()) return Finding::met(answer.summary());
  return Finding::broken("a refusal", fmt::format("a token for {}", whom),
                         "the secret is no secret where anybody gets what it signs");
}

Finding mint_for_nobody(Probe& probe) {
  std::vector<Finding> findings;
  for (const check::Credential& credential :
       {check::nothing(), probe.carry(""), probe.carry("this-is-not-a-token")}) {
    findings.push_back(no_token_for(probe, credential, "anyone who asks"));
  }
  return check::worst(std::move(findings));
}

/// A token that may mint: the good one, with all that the minting tool says it takes.
check::Credential administrator(Probe& probe) {
  jose::Recipe token = probe.good();
  std::vector<std::string> granted = probe.target().scopes;
  const auto tools = nlohmann::json::parse(probe.target().tools, nullptr, false);
  for (const auto& tool : tools.value("tools", nlohmann::json::array())) {
    const auto meta = tool.value("_meta", nlohmann::json::object());
    if (base::text_member(meta, "io.mcp-authspec/role") != "mint") continue;
    const auto scopes = meta.value("io.mcp-authspec/scopes", nlohmann::json::array());
    for (const std::string& scope : base::texts(scopes)) granted.push_back(scope);
  }
  token.claims.set("permissions", base::dump(granted));
  return probe.carry(probe.mint(token));
}

Finding minted_token_ends(Probe& probe) {
  if (!minting(probe)) return Finding::skipped(kNoMint);
  mcp::Answer answer;
  const std::string token = minted_for(probe, administrator(probe), answer);
  if (token.empty()) {
    return Finding::skipped("no token was minted for an administrator's token of ours: " +
                            answer.summary());
  }
  const auto parts = base::split(token, '.');
  const auto payload = base::base64url_decode(parts.at(1)).value_or("");
  const auto claims = nlohmann::json::parse(payload, nullptr, false);
  const bool ends = claims.is_object() && claims.contains("exp") && claims.at("exp").is_number();
  probe.decisive(answer.exchange, !ends);
  if (!ends) {
    return Finding::broken("a token with exp", "a token without exp",
                           "whoever finds it can use it for ever");
  }
  const double life = claims.at("exp").get<double>() - claims.value("iat", probe.good().now * 1.0);
  probe.note("minted_token_lifetime_s", fmt::format("{:.0f}", life));
  return Finding::met(fmt::format("it ends after {:.0f} s", life));
}

Finding minted_token_works(Probe& probe) {
  if (!minting(probe)) return Finding::skipped(kNoMint);
  mcp::Answer answer;
  mcp::Operation with_permissions = *minting(probe);
  auto params = nlohmann::json::parse(with_permissions.params, nullptr, false);
  params["arguments"]["permissions"] = probe.target().scopes;
  with_permissions.params = base::dump(params);
  answer = probe.send({.credential = administrator(probe), .operation = with_permissions});
  const std::string token =
      answer.exchange.response ? find_token(answer.exchange.response->body) : std::string();
  if (token.empty()) {
    return Finding::skipped("no token was minted for an administrator's token of ours: " +
                            answer.summary());
  }
  return probe.accepts(Attempt{.credential = probe.carry(token)});
}

const check::Suite mint{
    "stdio",
    kToken,
    {
        {.id = "mint-for-nobody",
         .title = "no token is minted for a caller without credentials",
         .sends = "Calls of the minting tool without, with an empty and with a made-up token.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-306", ""}, {"MCP", "server/tools#security-considerations"}},
         .requirements = {"REF-52"},
         .faults = {"mint.skip"},
         .why = "A server that mints tokens for anyone who asks has no authentication: its callers "
                "need one call more.",
         .fix = "Mint tokens outside of the server, or for administrators only.",
         .run = mint_for_nobody},
        {.id = "mint-for-administrators",
         .title = "an ordinary token mints no other tokens",
         .sends = "A call of the minting tool with the good token.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"CWE-269", ""}},
         .requirements = {"REF-52"},
         .faults = {"mint.any-caller", "mint.skip"},
         .why = "Whoever was let in once prolongs the stay for ever, with any permission.",
         .fix = "Demand a permission of its own for minting.",
         .run =
             [](Probe& probe) {
               return no_token_for(probe, probe.good_credential(), "an ordinary user");
             }},
        {.id = "minted-token-ends",
         .title = "a minted token has an end",
         .sends = "A call of the minting tool with an administrator's token.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {{"CWE-613", ""}},
         .requirements = {"REF-52"},
         .faults = {"mint.no-exp"},
         .why = "A token that never ends is a password that cannot be changed.",
         .fix = "Give minted tokens an exp, a day ahead at most.",
         .run = minted_token_ends},
        {.id = "minted-token-works",
         .title = "a minted token is accepted",
         .sends = "A tool call with a token that the minting tool made.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7515", "5.2"}},
         .requirements = {"REF-52"},
         .faults = {"mint.other-secret"},
         .why = "Refusals of minted tokens prove nothing where none of them is accepted.",
         .fix = "Sign and verify with the same secret and algorithm.",
         .run = minted_token_works},
    }};

}  // namespace
}  // namespace suites::stdio
