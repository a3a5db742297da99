// What an authorization server says of itself.
#include <fmt/core.h>

#include <array>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using check::Finding;
using check::Level;
using nlohmann::json;

const oauth::Server& server_of(check::Probe& probe) { return probe.context().login()->server; }

/// A case about the server's metadata, of each place where it has some.
using JudgeDocument = Finding (*)(check::Probe&, const json& metadata);

check::Body of_each_document(JudgeDocument judge) {
  return [judge](check::Probe& probe) {
    std::vector<Finding> findings;
    for (const std::string& place : oauth::metadata_places(probe.target().url)) {
      const auto exchange = probe.get_url(place);
      if (exchange.status() != 200) continue;
      const auto document = base::parse_json(exchange.response->body);
      if (!document || !document->is_object()) continue;
      Finding finding = judge(probe, *document);
      probe.decisive(exchange, !finding.ok());
      findings.push_back(check::labelled(place, std::move(finding)));
    }
    if (findings.empty()) return Finding::undecided("there is no metadata any more");
    return check::worst(std::move(findings));
  };
}

Finding names_itself(check::Probe& probe, const json& metadata) {
  const std::string named = base::text_member(metadata, "issuer");
  if (named == server_of(probe).issuer) return Finding::met(named);
  return Finding::broken("issuer " + server_of(probe).issuer, named.empty() ? "no issuer" : named,
                         "clients have to throw the document away: it may be another server's");
}

Finding endpoints_are_safe(check::Probe& /*probe*/, const json& metadata) {
  for (const auto& [name, value] : metadata.items()) {
    const bool endpoint = name.ends_with("_endpoint") || name == "jwks_uri" || name == "issuer";
    if (!endpoint || value.is_null()) continue;
    const auto url = base::parse_url(value.is_string() ? value.get<std::string>() : "");
    if (!url) {
      return Finding::broken("URLs", name + " is " + base::dump(value), "clients cannot use it");
    }
    if (url->scheme == "https" || url->is_loopback()) continue;
    return Finding::broken("https, or this machine", name + " is " + value.get<std::string>(),
                           "codes and tokens travel in the clear");
  }
  return Finding::met("https, or this machine");
}

Finding announces_challenges(check::Probe& /*probe*/, const json& metadata) {
  const auto methods = base::texts(metadata.value("code_challenge_methods_supported", json()));
  if (base::contains(methods, "S256")) return Finding::met(base::join(methods, ", "));
  return Finding::broken("code_challenge_methods_supported with S256",
                         methods.empty() ? "none" : base::join(methods, ", "),
                         "MCP clients have to refuse to go on");
}

constexpr std::array kPrivateMembers = {"d", "p", "q", "dp", "dq", "qi", "k"};

/// What is wrong with a member of a key set; empty: nothing. Unknown kinds are nobody's business
/// (RFC 7517, section 5).
std::string problem_of_key(const json& jwk) {
  if (!jwk.is_object()) return "a member is no object";
  for (const char* name : kPrivateMembers) {
    if (jwk.contains(name)) return fmt::format("a key has the private member `{}`", name);
  }
  return {};
}

Finding keys_are_public(check::Probe& probe) {
  const std::string& place = server_of(probe).jwks_uri;
  if (place.empty()) return Finding::skipped("the metadata names no jwks_uri");
  const auto exchange = probe.get_url(place);
  if (!exchange.response) return Finding::undecided("no answer: " + exchange.failure_text);
  const auto document = base::parse_json(exchange.response->body);
  const bool is_set = exchange.status() == 200 && document && document->is_object() &&
                      document->contains("keys") && document->at("keys").is_array();
  if (!is_set) {
    return Finding::broken("a JWK set", fmt::format("{} without one", exchange.status()),
                           "nobody can check the server's tokens");
  }
  std::size_t usable = 0;
  for (const json& jwk : document->at("keys")) {
    if (const std::string problem = problem_of_key(jwk); !problem.empty()) {
      Finding finding =
          Finding::broken("public keys", problem, "whoever reads it signs tokens for anybody");
      finding.outcome = check::Outcome::accepted;
      return finding;
    }
    if (jose::Key::from_public_jwk(base::dump(jwk))) ++usable;
  }
  if (usable == 0) {
    return Finding::broken("a key that signatures can be checked with", "none",
                           "nobody can check the server's tokens");
  }
  return Finding::met(fmt::format("{} keys", usable));
}

Finding iss_is_announced(suites::Flow& flow) {
  const auto visit = flow.visit(flow.client, oauth::make_pkce());
  if (!visit.arrived) return Finding::undecided(visit.problem);
  if (!visit.has("iss")) return Finding::skipped("authorization responses have no iss: see iss");
  if (flow.server().announces_iss) return Finding::met("announced");
  return Finding::broken("authorization_response_iss_parameter_supported true", "it is not there",
                         "clients do not know that a response without iss is forged");
}

const check::Suite metadata_cases{
    "authorization-server",
    {check::Mode::authorization_server},
    {
        {.id = "metadata-issuer",
         .title = "the metadata names the issuer that it was asked of, character by character",
         .sends = "A GET to each well-known URL of the issuer.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8414", "3.3"}, {"RFC 8414", "2"}},
         .requirements = {"AS-04", "AS-05", "AS-06"},
         .faults = {"as.metadata-of-another"},
         .why = "Clients must not use it; those that do can be led to another server (mix-up).",
         .fix = "Send as issuer the URL that clients are told, without a slash more or less.",
         .run = of_each_document(names_itself)},
        {.id = "metadata-endpoints",
         .title = "every endpoint is reached by https, or is on this machine",
         .sends = "A GET to each well-known URL of the issuer.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"MCP", "communication-security"}, {"RFC 8414", "2"}},
         .requirements = {"AS-16"},
         .faults = {"as.endpoint-in-the-clear"},
         .why = "Codes, secrets and tokens can be read on their way.",
         .fix = "Serve everything over https; behind a proxy, tell the server its outer URL.",
         .run = of_each_document(endpoints_are_safe)},
        {.id = "metadata-pkce",
         .title = "the metadata says that PKCE with S256 is supported",
         .sends = "A GET to each well-known URL of the issuer.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "authorization-code-protection"}, {"RFC 8414", "2"}},
         .requirements = {"AS-11"},
         .faults = {"as.pkce-unannounced"},
         .why = "MCP clients refuse to log in at a server that does not say so.",
         .fix = "Add code_challenge_methods_supported: [\"S256\"] to both documents.",
         .run = of_each_document(announces_challenges)},
        {.id = "metadata-keys",
         .title = "jwks_uri serves public keys, and one at least that can be used",
         .sends = "A GET to jwks_uri.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8414", "2"}, {"RFC 7517", "9.1"}},
         .requirements = {"REF-AS-15"},
         .faults = {"as.keys-private"},
         .why = "With the private numbers anybody signs tokens in the server's name.",
         .fix = "Publish the public members of the signing keys and nothing else.",
         .run = keys_are_public},
        {.id = "iss-announced",
         .title = "a server that sends iss says so in its metadata",
         .sends = "A good authorization request.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9207", "2.3"}, {"MCP", "authorization-response-validation"}},
         .requirements = {"AS-10"},
         .faults = {"as.iss-unannounced"},
         .why = "Clients cannot tell a response without iss, as an attacker sends it, from a good "
                "one.",
         .fix = "Add authorization_response_iss_parameter_supported: true to the metadata.",
         .run = suites::with_flow(iss_is_announced)},
    }};

}  // namespace
