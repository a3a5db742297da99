// Right signatures by published keys that are not for this algorithm.
#include "harness/check/case.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

/// Where the kid is not read the key of the right type is found all the same: the token is genuine.
const Shared kFamily{
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::observe,
    .harmless = "a published key of the right type signed the token, and its kid is a hint only",
    .references = {{"RFC 8725", "3.1"}, {"RFC 7518", "3.1"}},
    .why =
        "A key used with the algorithm of another family is how key confusion begins; libraries "
        "also tend to throw where the types do not fit.",
    .fix =
        "Check that the key that the kid names is of the type, and the curve, that alg needs, "
        "and refuse with 401 otherwise.",
};

const check::Suite kFamilyCases{"signature",
                                {check::Mode::oauth},
                                family(kFamily, {
                                                    {"alg-kty-mismatch-rs256-ec-kid",
                                                     "RS256 under the kid of an EC key is refused",
                                                     {"key.kty-mismatch-500"}},
                                                    {"alg-kty-mismatch-es256-rsa-kid",
                                                     "ES256 under the kid of an RSA key is refused",
                                                     {"key.kty-mismatch-500"}},
                                                    {"alg-kty-mismatch-eddsa-ec-kid",
                                                     "EdDSA under the kid of an EC key is refused",
                                                     {"key.kty-mismatch-500"}},
                                                })};

/// RFC 7518 ties each ECDSA algorithm to one curve, whichever key is named.
const Shared kCurve{
    .attacker = check::Attacker::issuer,
    .harmless = "a published key signed the token, but alg wants a key on another curve",
    .references = {{"RFC 7518", "3.4"}, {"RFC 8725", "3.1"}},
    .why = kFamily.why,
    .fix = kFamily.fix,
};

const check::Suite kCurveCases{"signature",
                               {check::Mode::oauth},
                               family(kCurve, {{"alg-kty-mismatch-es384-p256",
                                                "ES384 made with a P-256 key is refused",
                                                {"signature.curve-unchecked"}}})};

const Shared kDeclared{
    .level = check::Level::bcp,
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::should,
    .harmless =
        "the signature was by the published key, so nothing is forged; but its JWK names "
        "another algorithm",
    .references = {{"RFC 7517", "4.4"}, {"RFC 8725", "3.1"}},
    .why = "The issuer said what the key is for; using it otherwise weakens what it relies on.",
    .fix = "Where a JWK has an alg, refuse tokens whose alg is another.",
};

const check::Suite kDeclaredCases{
    "signature",
    {check::Mode::oauth},
    family(kDeclared, {
                          {"alg-not-jwk-alg-ps256",
                           "PS256 by a key that is published for RS256 is refused",
                           {"key.jwk-alg-ignored"}},
                          {"alg-not-jwk-alg-rs512",
                           "RS512 by a key that is published for RS256 is refused",
                           {"key.jwk-alg-ignored"}},
                      })};

}  // namespace
}  // namespace suites::signature
