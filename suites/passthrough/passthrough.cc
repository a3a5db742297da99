// What an API behind the target gets to see. The provider plays that API, and looks.
#include <fmt/core.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/probe.h"
#include "suites/passthrough/canary.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

/// The token, key or pair without the scheme in front of it.
std::string secret_of(const check::Credential& credential) {
  if (credential.headers.empty()) return {};
  const std::string& value = credential.headers.front().value;
  return value.substr(value.rfind(' ') + 1);
}

/// One call of the tool that asks the upstream, and what the upstream saw of it.
struct Relayed {
  mcp::Answer answer;
  std::vector<idp::Entry> seen;
  std::string secret;
};

Relayed relay(Probe& probe, const check::Credential& credential, bool own_session = false) {
  const check::Tool& tool = *probe.target().relay;
  const std::uint64_t before = probe.context().provider().journal().last_sequence();
  Relayed relayed;
  relayed.secret = secret_of(credential);
  relayed.answer = probe.send({.credential = credential,
                               .operation = mcp::Operation::call_tool(tool.name, tool.arguments),
                               .own_session = own_session});
  relayed.seen = probe.context().provider().journal().entries([&](const idp::Entry& entry) {
    return entry.sequence > before && entry.endpoint == "upstream";
  });
  probe.decisive(relayed.answer.exchange);
  return relayed;
}

Finding not_asked(const Probe& probe, const Relayed& relayed) {
  return Finding::undecided(
      fmt::format("the tool {} did not ask the upstream that the server was given in UPSTREAM_URL: "
                  "{}",
                  probe.target().relay->name, relayed.answer.summary()));
}

Finding gets_own_token(Probe& probe) {
  const Relayed relayed = relay(probe, probe.good_credential());
  if (relayed.seen.empty()) return not_asked(probe, relayed);
  const std::string expected = "a credential of the server's own";
  for (const idp::Entry& entry : relayed.seen) {
    const auto names = suites::credentials_in(entry);
    if (names.empty()) {
      return Finding::broken(expected, "a request without credentials",
                             "the upstream cannot tell the server from anybody else");
    }
    const std::string place = suites::place_of(entry, suites::telltale_parts(relayed.secret));
    if (place == "the header Authorization" || place == "the header " + names.front()) {
      return Finding::broken(expected, "the client's credential",
                             "the server makes itself known by its client's credential");
    }
  }
  return Finding::met("a credential of the server's own");
}

Finding never_sees_clients(Probe& probe) {
  const Relayed relayed = relay(probe, probe.good_credential());
  if (relayed.seen.empty()) return not_asked(probe, relayed);
  for (const idp::Entry& entry : relayed.seen) {
    const std::string place = suites::place_of(entry, suites::telltale_parts(relayed.secret));
    if (place.empty()) continue;
    Finding finding = Finding::broken("nothing of the client's credential", "it is in " + place,
                                      "whoever runs the upstream can use the client's credential");
    finding.impact = check::Impact::exposure;
    finding.cause = "the client's credential is passed through";
    return finding;
  }
  return Finding::met(fmt::format("{} request(s) without it", relayed.seen.size()));
}

Finding refusal_mapped(Probe& probe) {
  idp::MockIdp& provider = probe.context().provider();
  provider.answer_upstream_with(401);
  const Relayed relayed = relay(probe, probe.good_credential());
  provider.answer_upstream_with(200);
  if (relayed.seen.empty()) return not_asked(probe, relayed);
  const mcp::Answer& answer = relayed.answer;
  const std::string what = answer.status() == 401                                ? "401 of its own"
                           : answer.kind == mcp::Kind::result && answer.is_error ? "a tool error"
                           : answer.kind == mcp::Kind::result                    ? "a result"
                           : answer.kind == mcp::Kind::rpc_error ? "a JSON-RPC error"
                                                                 : answer.summary();
  probe.note("upstream_401_becomes", base::json_string(what));
  return Finding::met(fmt::format("a 401 of the upstream becomes {}", what));
}

/// How the token for the upstream is had: by the grants that the issuer was asked for.
Finding grant_used(Probe& probe) {
  const auto asks_for = [](std::string_view grant) {
    return [grant](const idp::Entry& entry) {
      return entry.endpoint == "token" && entry.body.find(grant) != std::string::npos;
    };
  };
  check::Credential credential = probe.good_credential();
  const bool mints = probe.context().calibration().accepted;
  // A new user's: for the control's the server may have a token already.
  if (mints) credential = probe.carry(probe.mint(probe.good_for("upstream-user")));
  const Relayed relayed = relay(probe, credential, mints);
  if (relayed.seen.empty()) return not_asked(probe, relayed);
  const idp::Journal& journal = probe.context().provider().journal();
  const std::string grant = journal.count(asks_for("token-exchange")) > 0  ? "token exchange"
                            : journal.count(asks_for("refresh_token")) > 0 ? "a stored login"
                            : journal.count(asks_for("client_credentials")) > 0
                                ? "client credentials"
                                : "something else than our issuer's tokens";
  probe.note("upstream_grant", base::json_string(grant));
  return Finding::met("the upstream is asked by " + grant);
}

constexpr const char* kSends = "A call of the tool that asks the upstream, with good credentials.";

const check::Suite passthrough_cases{
    "passthrough",
    check::modes::protected_http(),
    {
        {.id = "upstream-gets-own-token",
         .title = "the upstream is asked with a credential of the server's own",
         .sends = kSends,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-19"},
         .needs = {.alone = true, .setting = "upstream"},
         .faults = {"upstream.skip", "upstream.passthrough"},
         .why = "An upstream that takes anybody, or the client's own token, cannot hold the server "
                "to what it may do, nor tell in its logs who asked.",
         .fix =
             "Get a token for the upstream from its authorization server: by client credentials, "
             "by token exchange (RFC 8693), or from the user's stored login.",
         .run = gets_own_token},
        {.id = "upstream-never-sees-client-token",
         .title = "nothing of the client's credential reaches the upstream",
         .sends = kSends,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "access-token-privilege-restriction"}, {"MCP", "token-handling"}},
         .requirements = {"RS-14", "RS-19"},
         .needs = {.alone = true, .setting = "upstream"},
         .faults = {"upstream.passthrough", "upstream.passthrough-header",
                    "upstream.passthrough-query", "upstream.passthrough-encoded"},
         .why =
             "A token that was meant for this server opens it to whoever the upstream's logs are "
             "read by, and an upstream that takes it can be made a confused deputy.",
         .fix = "Copy no header field, query or body from the client's request to the upstream's.",
         .run = never_sees_clients},
        {.id = "upstream-401-mapped",
         .title = "what becomes of an upstream that refuses the server's credential",
         .sends = "The same, while the upstream answers 401 with a challenge of its own.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "15.5.2"}},
         .needs = {.alone = true, .setting = "upstream"},
         .faults = {"upstream.forwards-401"},
         .why = "A client that gets the upstream's 401 throws its own good token away and has its "
                "user log in, again and again.",
         .fix = "Make a new token for the upstream once; then answer with a tool error.",
         .run = refusal_mapped},
        {.id = "token-exchange",
         .title = "how the server gets its credential for the upstream",
         .sends = "The same, with a good token of a user who never asked before.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8693", "2.1"}},
         .needs = {.alone = true, .setting = "upstream"},
         .why = "With a token of the server's own the upstream cannot tell its users apart.",
         .fix = "Exchange the user's token (RFC 8693) where the upstream has to know the user.",
         .run = grant_used},
    }};

}  // namespace
