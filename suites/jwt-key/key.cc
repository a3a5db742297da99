// Tokens that were not signed with the one key that the server was given.
#include "harness/check/case.h"
#include "harness/check/family.h"
#include "harness/check/probe.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

const std::vector<std::string> kRequirements = {"RS-08", "RS-11", "RS-21"};
const check::Needs kNeeds = {.issuer = true};

/// Another algorithm of the same key.
std::string sibling_of(const std::string& alg) {
  if (alg == "RS256") return "PS256";
  if (alg == "PS256") return "RS256";
  return {};
}

Finding refuses_sibling(Probe& probe) {
  jose::Recipe token = probe.good();
  const std::string alg = sibling_of(token.header.string("alg"));
  if (alg.empty()) return Finding::skipped("the server's key is good for one algorithm only");
  token.header.set_string("alg", alg);
  return check::no_bypass(probe.refuses(token),
                          "the signature was by the right key, so nothing is forged; but it was "
                          "configured for another algorithm");
}

void sign_with_a_foreign_key(jose::Recipe& token, Probe& probe) {
  const auto key = probe.context().rogue().issuer().keys().signing_key(token.header.string("alg"));
  if (key) token.signed_by(*key);
}

/// A key of another type, which the same issuer publishes.
Finding refuses_other_type(Probe& probe) {
  jose::Recipe token = probe.good();
  const std::string alg = token.header.string("alg") == "ES256" ? "RS256" : "ES256";
  const auto key = probe.context().issuer().keys().signing_key(alg);
  if (!key) return Finding::skipped("the issuer has no key of another type");
  token.signed_by(*key);
  token.header.set_string("alg", alg).set_string("kid", key->kid());
  return probe.refuses(token);
}

const check::Suite key_cases{
    "jwt-key",
    {check::Mode::jwt_key},
    {
        {.id = "foreign-key",
         .title = "a token that is signed by another key of the same kind is refused",
         .sends = "The good token, signed by a key that the server was not given.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7515", "5.2"}, {"MCP", "token-handling"}},
         .requirements = kRequirements,
         .needs = kNeeds,
         .faults = {"public-key.skip"},
         .why = "Whoever can write JSON can write a token that is accepted.",
         .fix = "Verify every signature with the configured public key.",
         .run = check::refuses_token_of(sign_with_a_foreign_key)},
        {.id = "other-key-type",
         .title = "a token that is signed by the issuer's key of another type is refused",
         .sends = "The good claims, signed by a key of the issuer that the server was not given.",
         .level = Level::must,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 8725", "3.1"}},
         .requirements = kRequirements,
         .needs = kNeeds,
         .faults = {"public-key.skip", "public-key.alg-500"},
         .why = "Libraries tend to throw where the types of key and algorithm do not fit, and what "
                "is thrown ends as an unhandled error.",
         .fix = "Check that alg is the one that the configured key is for; refuse with 401.",
         .run = refuses_other_type},
        {.id = "other-alg",
         .title = "the configured key is used with its own algorithm only",
         .sends = "The good token, signed by the right key with another algorithm of its type.",
         .level = Level::bcp,
         .attacker = check::Attacker::issuer,
         .if_accepted = Level::should,
         .references = {{"RFC 8725", "3.1"}},
         .requirements = {"RS-08"},
         .needs = kNeeds,
         .faults = {"public-key.any-alg", "public-key.alg-500"},
         .why = "A key that is used with more algorithms than it was made for is weaker than each.",
         .fix = "Pin the one algorithm that the issuer signs with.",
         .run = refuses_sibling},
    }};

}  // namespace
