// The token endpoint: codes, refresh tokens, and the form of its answers.
#include <fmt/core.h>

#include "common/base/text.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using check::Finding;
using check::Level;
using suites::Flow;
using suites::no_client;
using suites::no_tokens;
using suites::unusable;

/// A fresh code, redeemed with changes.
Finding redeemed_with(Flow& flow, const base::FormFields& changes, const std::string& reason) {
  const auto code = flow.code(flow.client);
  if (!code) return unusable("a code", code.error());
  return no_tokens(flow.redeem(flow.client, *code, changes), reason);
}

Finding wrong_verifier(Flow& flow) {
  return redeemed_with(flow, {{"code_verifier", oauth::make_pkce().verifier}},
                       "the code works for whoever has it");
}

Finding no_verifier(Flow& flow) {
  return redeemed_with(flow, {{"code_verifier", ""}}, "the code works for whoever has it");
}

Finding other_redirect(Flow& flow) {
  return redeemed_with(flow, {{"redirect_uri", "http://127.0.0.1:33418/other"}},
                       "a code that was sent elsewhere is taken");
}

Finding other_client(Flow& flow) {
  const auto other = flow.enroll();
  if (!other) return no_client(flow, other.error());
  const auto code = flow.code(flow.client);
  if (!code) return unusable("a code", code.error());
  return no_tokens(flow.redeem(*other, *code), "one client's code works for another one");
}

Finding replayed(Flow& flow) {
  const auto code = flow.code(flow.client);
  if (!code) return unusable("a code", code.error());
  const auto first = flow.redeem(flow.client, *code);
  if (!first.ok()) return Finding::undecided("a good code was answered with " + first.summary());
  return no_tokens(flow.redeem(flow.client, *code), "a code works more than once");
}

Finding replay_revokes(Flow& flow) {
  const auto code = flow.code(flow.client);
  if (!code) return unusable("a code", code.error());
  const auto first = flow.redeem(flow.client, *code);
  if (!first.ok()) return Finding::undecided("a good code was answered with " + first.summary());
  if (const auto fresh = flow.use(first.tokens.access_token); !fresh.taken()) {
    return suites::nobody_knows(flow, fresh);
  }
  const auto second = flow.redeem(flow.client, *code);
  if (second.ok()) return Finding::skipped("the code works twice: see code-replay");
  const auto use = flow.use(first.tokens.access_token);
  if (use.refused()) return Finding::met("the first token is refused: " + use.words);
  return Finding::broken("the access token of the first use is refused", use.words,
                         "one of the two who had the code is a thief, and may go on");
}

Finding wrong_secret(Flow& flow) {
  auto client = flow.enroll_confidential();
  if (!client) return no_client(flow, client.error());
  if (client->secret.empty()) return Finding::skipped("the server gives clients no secrets");
  const auto code = flow.code(*client);
  if (!code) return unusable("a code", code.error());
  client->secret += "x";
  return no_tokens(flow.redeem(*client, *code), "whoever knows a client's id is that client");
}

Finding rotation(Flow& flow) {
  if (!flow.client.secret.empty()) return Finding::skipped("there are no public clients");
  const auto tokens = flow.tokens();
  if (!tokens) return unusable("a good login", tokens.error());
  if (tokens->refresh_token.empty()) return Finding::skipped("there are no refresh tokens");
  const auto fresh = flow.refresh(flow.client, tokens->refresh_token);
  if (!fresh.ok()) {
    return Finding::broken("new tokens", fresh.summary(), "a good refresh token is refused");
  }
  if (fresh.tokens.refresh_token.empty() || fresh.tokens.refresh_token == tokens->refresh_token) {
    return Finding::broken("a new refresh token", "the same one, or none",
                           "a stolen refresh token is good for ever, and nobody notices");
  }
  return no_tokens(flow.refresh(flow.client, tokens->refresh_token),
                   "the old refresh token still works");
}

Finding reuse(Flow& flow) {
  const auto tokens = flow.tokens();
  if (!tokens) return unusable("a good login", tokens.error());
  if (tokens->refresh_token.empty()) return Finding::skipped("there are no refresh tokens");
  const auto fresh = flow.refresh(flow.client, tokens->refresh_token);
  if (!fresh.ok() || fresh.tokens.refresh_token == tokens->refresh_token) {
    return Finding::skipped("refresh tokens do not rotate: see refresh-rotation");
  }
  flow.refresh(flow.client, tokens->refresh_token);
  return no_tokens(flow.refresh(flow.client, fresh.tokens.refresh_token),
                   "a thief and the rightful client go on side by side");
}

Finding widened(Flow& flow) {
  const auto tokens = flow.tokens();
  if (!tokens) return unusable("a good login", tokens.error());
  if (tokens->refresh_token.empty()) return Finding::skipped("there are no refresh tokens");
  const std::string had = base::join(flow.probe().target().scopes, " ");
  const std::string more = "mcp-authspec:more";
  const auto answer = flow.refresh(flow.client, tokens->refresh_token,
                                   {{"scope", had.empty() ? more : had + " " + more}});
  const bool got = answer.ok() && base::contains(base::words(answer.tokens.scope), more);
  if (answer.ok() && !got) return Finding::met("the scope is not granted");
  return no_tokens(answer, "a client gets more than its user agreed to");
}

Finding by_password(Flow& flow) {
  return no_tokens(
      oauth::ask_for_token(
          flow.asking(), flow.server(), flow.client,
          {{"grant_type", "password"}, {"username", "alice"}, {"password", "password"}}),
      "passwords are handed to clients");
}

Finding by_get(Flow& flow) {
  const auto code = flow.code(flow.client);
  if (!code) return unusable("a code", code.error());
  base::FormFields fields = oauth::code_grant(code->text, code->redirect_uri, code->pkce.verifier,
                                              flow.server().resource);
  fields.emplace_back("client_id", flow.client.id);
  const auto exchange = oauth::get_json(
      flow.asking(), flow.server().token_endpoint + "?" + base::encode_form(fields));
  if (!exchange.response) return Finding::undecided("no answer: " + exchange.failure_text);
  if (exchange.status() != 200) return Finding::met(std::to_string(exchange.status()));
  return Finding::broken("405, or another refusal", "200",
                         "codes, secrets and tokens end up in logs of URLs");
}

Finding not_cached(Flow& flow) {
  const auto code = flow.code(flow.client);
  if (!code) return unusable("a code", code.error());
  const auto answer = flow.redeem(flow.client, *code);
  if (!answer.ok()) return Finding::undecided("a good code was answered with " + answer.summary());
  const std::string* const field = answer.exchange.response->header("Cache-Control");
  if (field != nullptr && base::to_lower(*field).find("no-store") != std::string::npos) {
    return Finding::met(*field);
  }
  return Finding::broken("Cache-Control: no-store", field == nullptr ? "no Cache-Control" : *field,
                         "a cache on the way may keep the tokens");
}

Finding error_form(Flow& flow) {
  const auto answer = flow.redeem(flow.client, {.text = "no-such-code",
                                                .pkce = oauth::make_pkce(),
                                                .redirect_uri = flow.client.redirect_uris.front()});
  if (!answer.exchange.response) return Finding::undecided("no answer: " + answer.summary());
  if (answer.exchange.status() == 400 && answer.error == "invalid_grant") {
    return Finding::met(answer.summary());
  }
  return Finding::broken("400 with the error invalid_grant", answer.summary(),
                         "clients cannot tell a stale code from wrong credentials of their own");
}

const check::Suite token_cases{
    "authorization-server",
    check::modes::logged_in(),
    {
        {.id = "pkce-wrong-verifier",
         .title = "a code is refused with another code_verifier",
         .sends = "A good code with the verifier of another request.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7636", "4.6"}},
         .requirements = {"AS-01", "REF-AS-2"},
         .faults = {"proxy.pkce-skip", "as.pkce-unchecked"},
         .why = "PKCE protects nothing: a stolen code can be redeemed.",
         .fix = "Compare the hash of code_verifier with the stored code_challenge.",
         .run = suites::with_flow(wrong_verifier)},
        {.id = "pkce-no-verifier",
         .title = "a code that was asked for with a challenge is refused without code_verifier",
         .sends = "A good code without code_verifier.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7636", "4.6"}, {"RFC 9700", "2.1.1"}},
         .requirements = {"AS-01", "REF-AS-2"},
         .faults = {"proxy.verifier-optional", "proxy.pkce-skip", "as.verifier-optional"},
         .why = "PKCE protects nothing: a thief leaves the verifier out.",
         .fix = "Demand code_verifier wherever there was a code_challenge.",
         .run = suites::with_flow(no_verifier)},
        {.id = "code-replay",
         .title = "a code works once",
         .sends = "A good code a second time.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6749", "4.1.2"}},
         .requirements = {"REF-AS-1"},
         .faults = {"proxy.code-replay", "as.code-reusable"},
         .why = "A code in a log or a history stays as good as a token.",
         .fix = "Mark a code as used in the same step in which it is looked up.",
         .run = suites::with_flow(replayed)},
        {.id = "code-replay-revokes",
         .title = "a code that is used twice takes its tokens back",
         .sends = "A good code twice, then the access token of the first time.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6749", "4.1.2"}},
         .requirements = {"REF-AS-3"},
         .faults = {"proxy.replay-revokes-nothing", "as.code-reuse-tolerated"},
         .why = "If the thief was first, the tokens are in his hands.",
         .fix = "Remember which tokens came of a code, and revoke them on its second use.",
         .run = suites::with_flow(replay_revokes)},
        {.id = "code-other-client",
         .title = "a code works for the client that it was given to only",
         .sends = "A good code with the client_id of another registered client.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6749", "4.1.3"}},
         .requirements = {"REF-AS-1"},
         .faults = {"proxy.code-any-client", "as.code-for-any-client"},
         .why = "A malicious client can use what a user gave to another one.",
         .fix = "Store the client with the code and compare.",
         .run = suites::with_flow(other_client)},
        {.id = "code-other-redirect",
         .title = "a code is refused with another redirect_uri than that of the request",
         .sends = "A good code with another redirect_uri.",
         // MCP builds on OAuth 2.1, which leaves this to PKCE for clients that have it.
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6749", "4.1.3"}},
         .requirements = {"REF-AS-1"},
         .faults = {"proxy.code-any-redirect", "as.code-for-any-redirect"},
         .why = "A code that an attacker had sent elsewhere can be slipped into a client.",
         .fix = "Store the redirect_uri with the code and compare.",
         .run = suites::with_flow(other_redirect)},
        {.id = "client-secret-wrong",
         .title = "a client with a wrong secret gets no token",
         .sends = "A good code of a confidential client, with a wrong secret.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "3.2.1"}},
         .requirements = {"REF-AS-8"},
         .faults = {"proxy.any-secret", "as.secret-unchecked"},
         .why = "Client authentication is decoration.",
         .fix = "Compare the secret, in constant time; answer 401 invalid_client.",
         .run = suites::with_flow(wrong_secret)},
        {.id = "refresh-rotation",
         .title = "a public client's refresh token is replaced whenever it is used",
         .sends = "A refresh token, then the same one again.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"OAuth 2.1", "4.3.1"}, {"MCP", "token-theft"}},
         .requirements = {"AS-13", "AS-14"},
         .faults = {"proxy.refresh-no-rotation", "as.refresh-kept"},
         .why = "A stolen refresh token works for ever beside the rightful one.",
         .fix = "Give a new refresh token with each answer and refuse the old one.",
         .run = suites::with_flow(rotation)},
        {.id = "refresh-reuse",
         .title = "a refresh token that is used twice revokes those that came of it",
         .sends = "A refresh token twice, then the one that it was replaced by.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9700", "4.14.2"}},
         .requirements = {"AS-13"},
         .faults = {"proxy.reuse-tolerated", "as.refresh-reuse-tolerated"},
         .why = "Whoever was first keeps access, and that may be the thief.",
         .fix = "Revoke the whole family when an old refresh token is presented.",
         .run = suites::with_flow(reuse)},
        {.id = "refresh-scope",
         .title = "a refresh does not widen the scope",
         .sends = "A refresh token with one more scope than was granted.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6749", "6"}},
         .requirements = {"REF-AS-7"},
         .faults = {"proxy.scope-widened", "as.refresh-widens-scope"},
         .why = "A client gets rights that nobody agreed to.",
         .fix = "Compare the scope with what was granted; answer invalid_scope.",
         .run = suites::with_flow(widened)},
        {.id = "grant-password",
         .title = "there is no password grant",
         .sends = "A token request with grant_type=password.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9700", "2.4"}},
         .requirements = {"AS-01"},
         .faults = {"proxy.password-grant", "as.password-grant"},
         .why = "Users are taught to give their passwords to clients.",
         .fix = "Answer with unsupported_grant_type.",
         .run = suites::with_flow(by_password)},
        {.id = "token-by-get",
         .title = "the token endpoint does not take GET",
         .sends = "A good code in the query of a GET.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"RFC 6749", "3.2"}},
         .requirements = {"AS-01"},
         .faults = {"proxy.token-by-get", "as.token-by-get"},
         .why = "Codes, verifiers and secrets are written into logs.",
         .fix = "Answer everything but POST with 405.",
         .run = suites::with_flow(by_get)},
        {.id = "token-no-store",
         .title = "answers with tokens are not to be stored",
         .sends = "A good code.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"RFC 6749", "5.1"}},
         .requirements = {"REF-AS-6"},
         .faults = {"proxy.cacheable", "as.token-cacheable"},
         .why = "A cache may hand one user's tokens to another one.",
         .fix = "Send Cache-Control: no-store.",
         .run = suites::with_flow(not_cached)},
        {.id = "token-error",
         .title = "a code that does not exist is answered with 400 invalid_grant",
         .sends = "A token request with a code that was never given.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6749", "5.2"}},
         .requirements = {"REF-AS-11"},
         .faults = {"proxy.grant-error-401", "as.error-code-wrong"},
         .why = "Clients take a stale code for a wrong secret, and never begin anew.",
         .fix = "Answer 400 with {\"error\": \"invalid_grant\"}; 401 is for client authentication.",
         .run = suites::with_flow(error_form)},
    }};

}  // namespace
