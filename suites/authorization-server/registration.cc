// Dynamic registration beyond redirect URIs, and client ID metadata documents.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using check::Finding;
using check::Level;
using nlohmann::json;
using suites::Flow;

constexpr std::size_t kHuge = 1UL << 20;

/// A registration with more members. Skipped where clients do not register.
Finding registered(Flow& flow, const json& more,
                   Finding (*judge)(const wire::Exchange& exchange, const json& answer)) {
  if (flow.server().registration_endpoint.empty()) {
    return Finding::skipped("clients cannot register themselves");
  }
  const auto exchange = oauth::send_registration(
      flow.asking(), flow.server(), {.redirect_uris = {oauth::kNowhere}, .more = base::dump(more)});
  // A server may end the connection on somebody who talks too much.
  if (!exchange.response && exchange.failure == wire::Failure::timeout) {
    return Finding::undecided("no answer: " + exchange.failure_text);
  }
  const auto parsed = base::parse_json(exchange.response ? exchange.response->body : "");
  return judge(exchange, parsed && parsed->is_object() ? *parsed : json::object());
}

std::string status_of(const wire::Exchange& exchange) {
  return exchange.response ? std::to_string(exchange.status()) : exchange.failure_text;
}

Finding two_key_sets(Flow& flow) {
  const auto key = jose::Key::generate("ES256");
  if (!key) return Finding::failed(key.error().message);
  const json more = {{"token_endpoint_auth_method", "private_key_jwt"},
                     {"jwks", {{"keys", {json::parse(key->public_jwk())}}}},
                     {"jwks_uri", "https://client.example/jwks"}};
  return registered(flow, more, [](const wire::Exchange& exchange, const json& answer) {
    const bool both = answer.contains("jwks") && answer.contains("jwks_uri");
    if (exchange.status() / 100 != 2) return Finding::met(status_of(exchange));
    if (!both) return Finding::met("it keeps one of them");
    return Finding::broken("400 invalid_client_metadata", status_of(exchange) + " with both",
                           "nobody knows which keys the client has");
  });
}

Finding huge_document(Flow& flow) {
  const json more = {{"client_name", std::string(kHuge, 'x')}};
  return registered(flow, more, [](const wire::Exchange& exchange, const json& /*answer*/) {
    if (exchange.status() / 100 != 2) return Finding::met(status_of(exchange));
    return Finding::broken("a refusal", status_of(exchange),
                           "anybody can fill the server's memory with a name of a megabyte");
  });
}

constexpr const char* kGrandName = "A Name That Nobody Vouched For";

Finding software_statement(Flow& flow) {
  const auto key = jose::Key::generate("ES256");
  if (!key) return Finding::failed(key.error().message);
  jose::Recipe statement;
  statement.now = flow.now();
  statement.key = *key;
  statement.header.set_string("alg", "ES256");
  statement.claims.set_string("iss", "https://nobody.example");
  statement.claims.set_string("client_name", kGrandName);
  const auto text = statement.mint();
  if (!text) return Finding::failed(text.error().message);
  return registered(flow, {{"software_statement", *text}},
                    [](const wire::Exchange& exchange, const json& answer) {
                      if (exchange.status() / 100 != 2) return Finding::met(status_of(exchange));
                      const std::string name = base::text_member(answer, "client_name");
                      if (name != kGrandName) return Finding::met("the statement is passed over");
                      Finding finding = Finding::broken(
                          "the statement is refused or passed over", "its claims are taken",
                          "a client is whatever a stranger says that it is");
                      finding.outcome = check::Outcome::accepted;
                      return finding;
                    });
}

const check::Suite registration_cases{
    "authorization-server",
    {check::Mode::authorization_server},
    {
        {.id = "register-two-key-sets",
         .title = "a client with both jwks and jwks_uri is not registered as it is",
         .sends = "A registration with jwks and jwks_uri.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7591", "2"}},
         .requirements = {"REF-AS-19"},
         .faults = {"as.register-two-key-sets"},
         .why = "One part of the server checks with the one set, another part with the other.",
         .fix = "Answer 400 invalid_client_metadata.",
         .run = suites::with_flow(two_key_sets)},
        {.id = "register-huge",
         .title = "a registration of a megabyte is refused",
         .sends = "A registration whose client_name has a million characters.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7591", "5"}, {"RFC 6819", "4.4.1.11"}},
         .requirements = {"REF-AS-20"},
         .faults = {"as.register-anything-long"},
         .why = "Whoever likes fills the server's memory and its consent page.",
         .fix = "Bound the size of registrations and of their members.",
         .run = suites::with_flow(huge_document)},
        {.id = "register-software-statement",
         .title = "a software statement of somebody unknown vouches for nothing",
         .sends = "A registration with a software statement that a fresh key signed.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7591", "2.3"}, {"RFC 7591", "5"}},
         .requirements = {"REF-AS-21"},
         .faults = {"as.software-statement-trusted"},
         .why = "Users see a name that looks vouched for.",
         .fix = "Pass software statements over, or take those of issuers that you know.",
         .run = suites::with_flow(software_statement)},
    }};

}  // namespace
