// A bound token, and what has to come with it.
#include "suites/dpop/attempts.h"

namespace suites::dpop {
namespace {

using check::Attempt;
using check::Finding;
using check::Probe;

constexpr const char* kStolen =
    "Binding is there so that a stolen token is of no use. Where the binding is not checked, it "
    "is.";

Finding refuses_bound_as_bearer(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  jose::Recipe token = probe.good();
  probe.context().binding().bind_to_key(token);
  return probe.refuses(Attempt{.credential = check::bearer(probe.mint(token))});
}

Finding refuses_unbound_bearer(Probe& probe) {
  if (!probe.context().binding().dpop) {
    return Finding::skipped("the server takes bearer tokens beside those that are bound to a key");
  }
  jose::Recipe token = probe.good();
  token.without_claim("cnf");
  return probe.refuses(Attempt{.credential = check::bearer(probe.mint(token))});
}

Finding refuses_unbound(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  jose::Recipe token = probe.good();
  token.without_claim("cnf");
  return probe.refuses(Attempt{.credential = check::authorization("DPoP " + probe.mint(token))},
                       refusal_of_proof());
}

Finding refuses_without_proof(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  return probe.refuses(bound(probe, [](const jose::Recipe&) { return std::vector<std::string>{}; }),
                       refusal_of_proof());
}

/// Both are good, and each would do on its own.
Finding refuses_two_proofs(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  return probe.refuses(bound(probe,
                             [](const jose::Recipe& good) {
                               jose::Recipe second = good;
                               second.claims.set_string("jti", "second-proof-of-one-request");
                               return std::vector<std::string>{text_of(good), text_of(second)};
                             }),
                       {.statuses = {}});
}

Finding refuses_garbage(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  return probe.refuses(
      bound(probe, [](const jose::Recipe&) { return std::vector<std::string>{"no-proof"}; }),
      refusal_of_proof());
}

Finding accepts_any_case(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  jose::Recipe token = probe.good();
  probe.context().binding().bind_to_key(token);
  return probe.accepts(Attempt{.credential = check::authorization("dpop " + probe.mint(token)),
                               .own_session = true});
}

const check::Suite kTokens{
    "dpop",
    check::modes::claims(),
    {{
         .id = "bound-as-bearer",
         .title = "a token that is bound to a key is refused as a bearer token",
         .sends = "A good token that is bound to our key, behind Bearer, without a proof.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "7.2"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.bound-as-bearer", "dpop.skip"},
         .why = kStolen,
         .fix = "Refuse a token with cnf.jkt that does not come behind DPoP.",
         .run = refuses_bound_as_bearer,
     },
     {
         .id = "unbound-bearer",
         .title = "a server that demands DPoP refuses plain bearer tokens",
         .sends = "A good token that is bound to no key, behind Bearer.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9728", "2"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.bearer-ok", "dpop.skip"},
         .why = "Its metadata promises dpop_bound_access_tokens_required; an attacker who can get "
                "a plain token need not bother with keys.",
         .fix = "Refuse tokens without cnf.jkt, or do not say that DPoP is required.",
         .run = refuses_unbound_bearer,
     },
     {
         .id = "unbound-token",
         .title = "behind DPoP, a token that is bound to no key is refused",
         .sends = "A good token without cnf, behind DPoP, with a good proof.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "7.1"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.unbound-ok", "dpop.skip"},
         .why = "Whoever stole the token proves possession of a key of their own.",
         .fix = "Compare the proof's key with cnf.jkt, and refuse where there is none.",
         .run = refuses_unbound,
     },
     {
         .id = "proof-missing",
         .title = "a token behind DPoP without a proof is refused",
         .sends = "A good token that is bound to our key, behind DPoP, without a DPoP field.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "7.1"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.proof-missing-ok", "dpop.skip"},
         .why = kStolen,
         .fix = "Refuse with 401 where the DPoP field is missing.",
         .run = refuses_without_proof,
     },
     {
         .id = "two-proofs",
         .title = "a request with two proofs is refused",
         .sends = "A good token with two DPoP fields, each a good proof.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "4.3"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.two-proofs-ok", "dpop.skip"},
         .why = "What checks one and what believes the other need not be the same code.",
         .fix = "Refuse more than one DPoP field.",
         .run = refuses_two_proofs,
     },
     {
         .id = "proof-garbage",
         .title = "a proof that is no JWT is refused",
         .sends = "A good token with \"DPoP: no-proof\".",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "4.3"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.skip"},
         .why = kStolen,
         .fix = "Refuse a DPoP field that is not one well-formed JWT.",
         .run = refuses_garbage,
     },
     {
         .id = "scheme-case",
         .title = "the scheme DPoP is taken in any case",
         .sends = "A good token with a good proof, behind \"dpop\".",
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "11.1"}},
         .requirements = {"REF-60"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.scheme-case"},
         .why = "Clients that write the scheme in another case are within their rights.",
         .fix = "Compare schemes without regard to case.",
         .run = accepts_any_case,
     }}};

}  // namespace
}  // namespace suites::dpop
