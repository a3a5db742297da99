// What a refused proof is answered with, nonces, and what the metadata says.
#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "suites/dpop/attempts.h"

namespace suites::dpop {
namespace {

using check::Finding;
using check::Level;
using check::Probe;

/// Looks at the challenge for DPoP of a refused proof.
check::Body examines_challenge(Finding (*examine)(const mcp::Answer&, const mcp::Challenge*)) {
  return [examine](Probe& probe) {
    if (auto undecided = not_accepted(probe)) return *undecided;
    const mcp::Answer answer = refused_answer(probe);
    probe.decisive(answer.exchange);
    if (answer.status() != 401) {
      return Finding::skipped("a bad proof is not answered with 401: other cases judge that");
    }
    return examine(answer, answer.challenge("DPoP"));
  };
}

Finding has_challenge(const mcp::Answer& answer, const mcp::Challenge* challenge) {
  if (challenge != nullptr) return Finding::met(answer.summary());
  return Finding::broken("a WWW-Authenticate challenge for DPoP", answer.summary());
}

Finding has_error(const mcp::Answer& answer, const mcp::Challenge* challenge) {
  if (challenge == nullptr) return Finding::skipped("there is no challenge for DPoP");
  const std::string* error = challenge->parameter("error");
  if (error != nullptr && (*error == "invalid_dpop_proof" || *error == "invalid_token")) {
    return Finding::met(answer.summary());
  }
  return Finding::broken("DPoP error=\"invalid_dpop_proof\"", answer.summary());
}

Finding has_algorithms(const mcp::Answer& answer, const mcp::Challenge* challenge) {
  if (challenge == nullptr) return Finding::skipped("there is no challenge for DPoP");
  const std::string* algorithms = challenge->parameter("algs");
  if (algorithms == nullptr || base::words(*algorithms).empty()) {
    return Finding::broken("DPoP algs=\"ES256 …\"", answer.summary());
  }
  return Finding::met(answer.summary());
}

const check::Suite kChallenges{
    "dpop",
    check::modes::claims(),
    {{
         .id = "challenge",
         .title = "a refused proof is answered with a challenge for DPoP",
         .sends = "The good proof with typ JWT.",
         .attacker = check::Attacker::none,
         .references = {{"RFC 9449", "7.1"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.bearer-challenge"},
         .why = "A client that is told of another scheme tries again without a proof.",
         .fix = "Answer with WWW-Authenticate: DPoP.",
         .run = examines_challenge(has_challenge),
     },
     {
         .id = "challenge-error",
         .title = "the challenge says that the proof was bad",
         .sends = "The good proof with typ JWT.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9449", "7.1"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.no-error"},
         .why = "The client cannot tell whether to make another proof or to get another token.",
         .fix = "Add error=\"invalid_dpop_proof\".",
         .run = examines_challenge(has_error),
     },
     {
         .id = "challenge-algs",
         .title = "the challenge names the algorithms of proofs",
         .sends = "The good proof with typ JWT.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9449", "7.1"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.no-algs"},
         .why = "A client has to guess which key to make.",
         .fix = "Add algs with the algorithms that proofs may have.",
         .run = examines_challenge(has_algorithms),
     }}};

/// Whether an algorithm is one that no proof may have (RFC 9449, section 4.2).
bool is_forbidden(const std::string& alg) { return alg == "none" || alg.rfind("HS", 0) == 0; }

Finding lists_good_algorithms(Probe& probe) {
  const std::string path = "/.well-known/oauth-protected-resource";
  for (const std::string& place : {path + probe.target().url.path, path}) {
    const wire::Exchange exchange = probe.get(place);
    if (exchange.status() != 200) continue;
    const auto metadata = base::parse_json(exchange.response->body);
    if (!metadata || !metadata->is_object()) continue;
    probe.decisive(exchange);
    const auto listed =
        base::texts(metadata->value("dpop_signing_alg_values_supported", nlohmann::json()));
    if (listed.empty()) return Finding::skipped("the metadata names no algorithms of proofs");
    for (const std::string& alg : listed) {
      if (!is_forbidden(alg)) continue;
      return Finding::broken("asymmetric algorithms only",
                             "dpop_signing_alg_values_supported has " + alg);
    }
    return Finding::met(base::join(listed, " "));
  }
  return Finding::skipped("there is no protected resource metadata");
}

Finding refuses_other_nonce(Probe& probe) {
  return refuses_proof([](jose::Recipe& proof, Probe&) {
    proof.claims.set_string("nonce", "a-nonce-of-nobody");
  })(probe);
}

Finding refuses_no_nonce(Probe& probe) {
  return refuses_proof([](jose::Recipe& proof, Probe&) { proof.without_claim("nonce"); })(probe);
}

Finding gives_nonce(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  const mcp::Answer answer =
      probe.send(bound(probe, changed(probe, [](jose::Recipe& proof, Probe&) {
                         proof.claims.set_string("nonce", "a-nonce-of-nobody");
                       })));
  probe.decisive(answer.exchange);
  const mcp::Challenge* challenge = answer.challenge("DPoP");
  const std::string* error = challenge == nullptr ? nullptr : challenge->parameter("error");
  if (error == nullptr || *error != "use_dpop_nonce") {
    return Finding::broken("DPoP error=\"use_dpop_nonce\"", answer.summary());
  }
  if (check::wants_nonce(answer.exchange)) return Finding::met(answer.summary());
  return Finding::broken("a DPoP-Nonce field with the nonce to use",
                         answer.summary() + ", without DPoP-Nonce");
}

const check::Suite kNonces{
    "dpop",
    check::modes::claims(),
    {{
         .id = "metadata-algorithms",
         .title = "the algorithms that the metadata names for proofs are asymmetric",
         .sends = "Requests for the metadata.",
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "2"}, {"RFC 9449", "4.2"}},
         .requirements = {"REF-61"},
         .needs = {.setting = "dpop"},
         .faults = {"dpop.none-advertised"},
         .why = "Clients do what the metadata says; a proof without a signature proves nothing.",
         .fix = "List asymmetric algorithms only in dpop_signing_alg_values_supported.",
         .run = lists_good_algorithms,
     },
     {
         .id = "nonce-missing",
         .title = "a proof without the nonce that is wanted is refused",
         .sends = "The good proof without nonce.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "4.3"}, {"RFC 9449", "9"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop-nonce"},
         .faults = {"dpop.nonce-once"},
         .why = "Nonces are there so that proofs cannot be made in advance.",
         .fix = "Refuse a proof without the nonce with 401 use_dpop_nonce.",
         .run = refuses_no_nonce,
     },
     {
         .id = "nonce-wrong",
         .title = "a proof with a nonce that the server did not give out is refused",
         .sends = "The good proof with another nonce.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "4.3"}, {"RFC 9449", "9"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop-nonce"},
         .faults = {"dpop.nonce-ignored"},
         .why = "A nonce that anybody can choose is none.",
         .fix = "Compare the nonce with those that were given out lately.",
         .run = refuses_other_nonce,
     },
     {
         .id = "nonce-given",
         .title = "a client that lacks the nonce is told it",
         .sends = "The good proof with another nonce.",
         .attacker = check::Attacker::none,
         .references = {{"RFC 9449", "9"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop-nonce"},
         .faults = {"dpop.nonce-kept"},
         .why = "Without it no client can ever make a proof that is accepted.",
         .fix = "Send DPoP-Nonce with each use_dpop_nonce.",
         .run = gives_nonce,
     }}};

}  // namespace
}  // namespace suites::dpop
