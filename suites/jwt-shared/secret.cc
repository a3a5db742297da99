// Tokens that were not signed with the secret that issuer and server share.
#include "harness/check/case.h"
#include "harness/check/probe.h"
#include "harness/check/secret_unset.h"

namespace {

using check::Level;

const std::vector<std::string> kRequirements = {"RS-08", "RS-11", "RS-21"};
const check::Needs kNeeds = {.issuer = true};

/// A secret as long and as random as the right one.
void sign_with_another_secret(jose::Recipe& token) {
  token.signed_with_secret("0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0");
}

/// The second half of a right signature, spoiled: what a comparison that stops early overlooks.
void spoil_second_half(jose::Recipe& token) {
  token.after_signing = [](jose::Parts& parts) {
    char& c = parts.signature[parts.signature.size() * 3 / 4];
    c = c == 'A' ? 'B' : 'A';
  };
}

/// RS256 in the header, and a right RS256 signature: by somebody's key.
void switch_to_rs256(jose::Recipe& token, check::Probe& probe) {
  const auto key = probe.context().rogue().issuer().keys().signing_key("RS256");
  if (!key) return;
  token.signer = nullptr;
  token.signed_by(*key);
  token.header.set_string("alg", "RS256");
}

const check::Suite secret_cases{
    "jwt-shared",
    {check::Mode::jwt_shared},
    {
        {.id = "wrong-secret",
         .title = "a token that is signed with another secret is refused",
         .sends = "The good token, signed with HS256 over another random secret.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7515", "5.2"}, {"RFC 7518", "3.2"}, {"MCP", "token-handling"}},
         .requirements = kRequirements,
         .needs = kNeeds,
         .faults = {"shared-secret.skip"},
         .why = "Whoever can write JSON can write a token that is accepted.",
         .fix =
             "Compare the token's HMAC with that of the shared secret, whole and before anything "
             "in the token is believed.",
         .run = check::refuses_token(sign_with_another_secret)},
        {.id = "half-signature",
         .title = "a signature of which only the first half is right is refused",
         .sends = "The good token with one character of the signature's second half changed.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7515", "5.2"}},
         .requirements = kRequirements,
         .needs = kNeeds,
         .faults = {"shared-secret.half-compared", "shared-secret.skip"},
         .why = "The shorter the part that is compared, the sooner it is guessed.",
         .fix = "Compare all 32 bytes, in constant time.",
         .run = check::refuses_token(spoil_second_half)},
        {.id = "alg-switch",
         .title = "a token whose header says RS256 is refused",
         .sends = "The good claims, signed with RS256 by a key that the server does not know.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 8725", "3.1"}},
         .requirements = kRequirements,
         .needs = kNeeds,
         .faults = {"shared-secret.foreign-alg-unverified"},
         .why = "A verifier that lets the token choose how it is checked can be led to a check "
                "that it cannot fail.",
         .fix = "Give the verifier the one algorithm that you agreed on, HS256.",
         .run = check::refuses_token_of(switch_to_rs256)},
        {.id = "alg-hs512",
         .title = "whether HS512 over the same secret is accepted",
         .sends = "The good token, signed with HS512 over the right secret.",
         .level = Level::observe,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 8725", "3.1"}},
         .requirements = {},
         .needs = kNeeds,
         .faults = {"shared-secret.hs512"},
         .why = "Nothing is forged, but the server takes more than was agreed on.",
         .fix = "Allow the one algorithm that the issuer uses.",
         .run = check::observes_token_of("hs512",
                                         [](jose::Recipe& token, check::Probe& probe) {
                                           token.signed_with_secret(
                                               probe.context().options().secrets.jwt_secret,
                                               "HS512");
                                         })},
    }};

const check::Suite secret_unset{
    "jwt-shared", {check::Mode::jwt_shared}, {check::secret_unset_case("secret")}};

}  // namespace
