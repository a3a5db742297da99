// Right signatures by published keys that are not for this algorithm.
#include "harness/check/case.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

const Shared kFamily{
    .attacker = check::Attacker::issuer,
    .harmless =
        "the signature was by a published key, so nothing is forged; but alg and the key "
        "that kid names do not belong together",
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
                                                     {"key.kid-ignored", "key.kty-mismatch-500"}},
                                                    {"alg-kty-mismatch-es256-rsa-kid",
                                                     "ES256 under the kid of an RSA key is refused",
                                                     {"key.kid-ignored", "key.kty-mismatch-500"}},
                                                    {"alg-kty-mismatch-eddsa-ec-kid",
                                                     "EdDSA under the kid of an EC key is refused",
                                                     {"key.kid-ignored", "key.kty-mismatch-500"}},
                                                    {"alg-kty-mismatch-es384-p256",
                                                     "ES384 made with a P-256 key is refused",
                                                     {"signature.curve-unchecked"}},
                                                })};

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
