// What not every authorization server has: tokens for a resource, proofs of possession, exchange.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/family.h"
#include "mock-idp/jose/proof.h"
#include "suites/authorization-server/flow.h"

namespace {

using namespace std::chrono_literals;
using check::Finding;
using check::Level;
using nlohmann::json;
using suites::Flow;
using suites::no_client;
using suites::no_tokens;
using suites::unusable;

constexpr const char* kExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr const char* kAccessToken = "urn:ietf:params:oauth:token-type:access_token";
constexpr const char* kMoreScope = "mcp-authspec:more";
constexpr auto kLongestCode = 601s;  ///< RFC 6749, section 4.1.2, recommends ten minutes at most

std::vector<std::string> audiences_of(const json& claims) {
  const auto aud = claims.find("aud");
  if (aud == claims.end()) return {};
  return aud->is_string() ? std::vector<std::string>{aud->get<std::string>()} : base::texts(*aud);
}

Finding resource_is_audience(Flow& flow) {
  const std::string& resource = flow.server().resource;
  if (resource.empty()) {
    return Finding::skipped("no resource is known that it gives tokens for: --resource URL");
  }
  const auto tokens = flow.tokens();
  if (!tokens) return unusable("a good login", tokens.error());
  const auto verified = oauth::verify_by_keys(flow.asking(), flow.server(), tokens->access_token);
  if (!verified) {
    return Finding::skipped("the audience cannot be read from the token: " +
                            verified.error().message);
  }
  const auto audiences = audiences_of(*base::parse_json(verified->claims));
  if (base::contains(audiences, resource)) return Finding::met(base::join(audiences, ", "));
  return Finding::broken("aud " + resource,
                         audiences.empty() ? "no aud" : "aud " + base::join(audiences, ", "),
                         "the MCP server has to refuse the token, or takes everybody's");
}

Finding expired_code(Flow& flow) {
  if (flow.probe().context().options().shared_clock == nullptr) {
    return Finding::skipped(
        "a code may live for ten minutes, and only where the server runs on our clock can that be "
        "waited for");
  }
  const auto code = flow.code(flow.client);
  if (!code) return unusable("a code", code.error());
  if (!flow.probe().wait(kLongestCode, "for a code to expire")) {
    return Finding::undecided("the run was ended");
  }
  return no_tokens(flow.redeem(flow.client, *code), "a code in a log stays good");
}

/// One who proves that it has a key, also where the server wants a nonce in the proof.
struct Prover {
  Flow& flow;
  jose::Key key;
  std::string nonce;

  jose::Recipe good() const {
    return jose::proof(key,
                       {.url = flow.server().token_endpoint, .nonce = nonce, .now = flow.now()});
  }
  base::Result<oauth::TokenAnswer> redeem(const jose::Recipe& proof) const {
    const auto text = proof.mint();
    if (!text) return tl::unexpected(text.error());
    const auto code = flow.code(flow.client);
    if (!code) return tl::unexpected(code.error());
    return flow.redeem(flow.client, *code, {}, {{"DPoP", *text}});
  }
  /// Whether good proofs are taken; the error says what they were answered with.
  base::Result<void> calibrate() {
    for (int attempt = 0;; ++attempt) {
      const auto answer = redeem(good());
      if (!answer) return tl::unexpected(answer.error());
      if (answer->ok()) return {};
      const std::string* const fresh =
          answer->exchange.response ? answer->exchange.response->header("DPoP-Nonce") : nullptr;
      if (attempt > 0 || fresh == nullptr) {
        return base::fail("a good proof was answered with " + answer->summary());
      }
      nonce = *fresh;
    }
  }
};

std::string proof_algorithm(const oauth::Server& server) {
  for (const char* alg : {"ES256", "RS256", "PS256", "EdDSA"}) {
    if (base::contains(server.dpop_algorithms, alg)) return alg;
  }
  return {};
}

Finding bad_proofs(Flow& flow) {
  const std::string alg = proof_algorithm(flow.server());
  if (alg.empty()) return Finding::skipped("it does not say that it knows DPoP");
  const auto key = jose::Key::generate(alg);
  const auto other = jose::Key::generate(alg);
  if (!key || !other) return Finding::failed("no key could be made");
  Prover prover{flow, *key, {}};
  if (auto taken = prover.calibrate(); !taken) return unusable("a bound token", taken.error());
  jose::Recipe elsewhere = prover.good();
  elsewhere.claims.set_string("htu", "https://other.example/token");
  jose::Recipe method = prover.good();
  method.claims.set_string("htm", "GET");
  jose::Recipe foreign = prover.good();
  foreign.signed_by(*other);
  jose::Recipe old = prover.good();
  old.claims.set_number("iat", flow.now() - 86'400);
  std::vector<Finding> findings;
  for (const auto& [label, bad] : {std::pair{"htu of another server", &elsewhere},
                                   {"htm GET", &method},
                                   {"signed by another key", &foreign},
                                   {"a day old", &old}}) {
    const auto answer = prover.redeem(*bad);
    if (!answer) return unusable("a code", answer.error());
    findings.push_back(check::labelled(
        label, no_tokens(*answer, "tokens are bound to keys that nobody has shown to have")));
  }
  return check::worst(std::move(findings));
}

Finding exchange_widens(Flow& flow) {
  if (!flow.server().has_grant(kExchange)) {
    return Finding::skipped("it does not say that it exchanges tokens");
  }
  const auto client = flow.enroll(
      oauth::Registration{.redirect_uris = {oauth::kNowhere},
                          .authentication = "client_secret_basic",
                          .grant_types = {"authorization_code", "refresh_token", kExchange}});
  if (!client) return no_client(flow, client.error());
  const auto tokens = flow.tokens(*client);
  if (!tokens) return unusable("a good login", tokens.error());
  base::FormFields fields = {{"grant_type", kExchange},
                             {"subject_token", tokens->access_token},
                             {"subject_token_type", kAccessToken},
                             {"resource", flow.server().resource}};
  const auto good = oauth::ask_for_token(flow.asking(), flow.server(), *client, fields);
  if (!good.ok()) return Finding::skipped("it does not exchange our token: " + good.summary());
  const std::string had = base::join(flow.probe().target().scopes, " ");
  fields.emplace_back("scope", had.empty() ? kMoreScope : had + " " + kMoreScope);
  const auto answer = oauth::ask_for_token(flow.asking(), flow.server(), *client, fields);
  const bool narrowed = answer.ok() && !answer.tokens.scope.empty() &&
                        !base::contains(base::words(answer.tokens.scope), kMoreScope);
  if (narrowed) return Finding::met("the scope is not granted");
  return no_tokens(answer, "a token that allows little buys one that allows all");
}

const check::Suite extension_cases{
    "authorization-server",
    {check::Mode::authorization_server},
    {
        {.id = "resource-audience",
         .title = "a token that was asked for with a resource has it as its audience",
         .sends = "An authorization request and a token request with resource.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 8707", "2.2"}, {"RFC 9068", "3"}},
         .requirements = {"REF-AS-22"},
         .faults = {"as.resource-ignored"},
         .why = "MCP servers must refuse tokens that are not for them.",
         .fix = "Put the resource into aud, and nothing that was not asked for.",
         .run = suites::with_flow(resource_is_audience)},
        {.id = "code-expired",
         .title = "a code that is older than ten minutes is refused",
         .sends = "A good code after ten minutes.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 6749", "4.1.2"}},
         .requirements = {"REF-AS-1"},
         .needs = {.waits = true},
         .faults = {"as.code-everlasting"},
         .why = "A code in a log or a history stays as good as a token.",
         .fix = "Let codes live for a minute.",
         .run = suites::with_flow(expired_code)},
        {.id = "token-dpop-proof",
         .title = "no token is bound to a key by a bad DPoP proof",
         .sends = "Good codes with proofs for another URL, another method, by another key, and of "
                  "yesterday.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "5"}, {"RFC 9449", "4.3"}},
         .requirements = {"REF-AS-23"},
         .faults = {"as.dpop-unchecked"},
         .why = "A stolen proof binds a thief's token to a key that is not the thief's: it proves "
                "nothing.",
         .fix = "Check each proof as RFC 9449, section 4.3, has it; answer invalid_dpop_proof.",
         .run = suites::with_flow(bad_proofs)},
        {.id = "exchange-scope",
         .title = "a token exchange does not widen the scope",
         .sends = "A token exchange that asks for one more scope than the token has.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 8693", "2.1"}, {"RFC 6749", "3.3"}},
         .requirements = {"REF-AS-7"},
         .faults = {"as.exchange-widens-scope"},
         .why = "Whoever has a token that may read gets one that may write.",
         .fix = "Give at most the scope of subject_token; answer invalid_scope.",
         .run = suites::with_flow(exchange_widens)},
    }};

}  // namespace
