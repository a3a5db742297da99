// Keys and extensions that the token's own header names.
#include "harness/check/case.h"
#include "harness/check/family.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

const Shared kBroughtAlong{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 8725", "3.10"}, {"RFC 7515", "4.1.3"}},
    .why =
        "The header is the sender's own word: a verifier that takes the key from there accepts "
        "any token, and one that fetches URLs from there does the sender's errands.",
    .fix =
        "Take keys from the configured issuer's JWK set only; ignore jwk, jku, x5c and x5u, and "
        "never use a kid as a URL.",
};

const check::Suite kBroughtAlongCases{
    "signature", check::modes::signed_jwt(),
    family(kBroughtAlong,
           {
               {"embedded-jwk",
                "a token signed by a key that its header carries is refused",
                {"key.embedded-jwk"}},
               {"x5c-self-signed",
                "a token signed by the key of a self-signed certificate in its header is refused",
                {"key.embedded-x5c"}},
               {"jku-foreign",
                "a key set that the header's jku names is neither used nor fetched",
                {"key.jku"}},
               {"x5u-foreign",
                "a certificate that the header's x5u names is neither used nor fetched",
                {"key.x5u"}},
               {"kid-url", "a kid that is a URL is not fetched", {"key.kid-url"}},
           })};

const Shared kKidToSecret{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 8725", "3.10"}},
    .why = "A kid that reaches a file system or a database picks a secret that the sender knows.",
    .fix = "Look a kid up in the JWK set by plain comparison, and allow no HMAC.",
};

const check::Suite kKidToSecretCases{
    "signature", check::modes::signed_jwt(),
    family(kKidToSecret,
           {
               {"kid-traversal",
                "HS256 over no bytes, the kid a path to an empty file, is refused",
                {"key.kid-file", "alg.hs-empty-secret", "alg.hs-unverified"}},
               {"kid-sql",
                "HS256 over a value that the kid injects into a query is refused",
                {"key.kid-sql", "alg.hs-unverified"}},
               {"kid-null-byte",
                "HS256 over no bytes, the kid a path cut off by a null byte, is refused",
                {"key.kid-file-null", "alg.hs-empty-secret", "alg.hs-unverified"}},
           })};

/// A kid is a hint (RFC 7515, section 4.1.4): a server with one key need not read it, and whether
/// it does is a note of keys.kid-mismatch-sole-key.
const Shared kKidHint{
    .level = check::Level::bcp,
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::observe,
    .harmless = "a published key signed the token, and its kid is a hint only",
    .references = {{"RFC 7515", "4.1.4"}},
    .why =
        "A kid is the sender's own word: a server that fails on an odd one lets any client cause "
        "errors.",
    .fix = "Look the kid up by plain comparison and answer 401 where no published key has it.",
};

const check::Suite kKidHintCases{
    "signature",
    {check::Mode::oauth},
    family(kKidHint,
           {
               {"kid-unknown",
                "a token with a kid that nobody published is refused",
                {"key.unknown-kid-500"}},
               {"kid-number", "a token whose kid is a number is refused", {"key.odd-kid-500"}},
               {"kid-empty", "a token whose kid is empty is refused", {"key.odd-kid-500"}},
           })};

const Shared kLongKid = by(check::Attacker::anyone, kKidHint);

const check::Suite kLongKidCases{
    "signature",
    {check::Mode::oauth},
    family(kLongKid, {
                         {"kid-64k",
                          "a kid of 65,536 characters makes no server error",
                          {"credential.long-500"},
                          survives_mutation("kid-64k")},
                     })};

const Shared kCritical{
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 7515", "4.1.11"}},
    .why =
        "An issuer marks what a recipient must understand; one that does not may take a "
        "restricted token for an unrestricted one.",
    .fix =
        "Refuse every token with a crit member whose extensions you do not implement, and every "
        "crit that is not an array of names that the header has.",
};

check::Body refuses_critical(const std::string& mutation) {
  return check::milder(check::refuses_mutation(mutation),
                       "the signature was right, but what the issuer called critical was ignored");
}

const check::Suite kCriticalCases{
    "signature", check::modes::jwt(),
    family(kCritical, {
                          {"crit-unknown",
                           "a token whose crit names an unknown extension is refused",
                           {"crit.skip"},
                           refuses_critical("crit-unknown")},
                          {"crit-not-array",
                           "a token whose crit is not an array is refused",
                           {"crit.skip", "crit.malformed-ignored"},
                           refuses_critical("crit-not-array")},
                          {"crit-names-absent",
                           "a token whose crit names what its header does not have is refused",
                           {"crit.skip", "crit.absent-ignored"},
                           refuses_critical("crit-names-absent")},
                      })};

/// No recipient is told to reject it, but no issuer may send it.
const Shared kUnencoded{
    .level = check::Level::should,
    .attacker = check::Attacker::issuer,
    .harmless = "the issuer signed the token; but JWTs must not use b64 with the value false",
    .references = {{"RFC 7797", "7"}, {"RFC 7519", "7.2"}},
    .why =
        "A payload that is not encoded makes two readers of one text find different claims; the "
        "option is for detached content, and JWTs must not use it.",
    .fix =
        "Switch off the b64 option where tokens are verified, and reject any crit that names it.",
};

const check::Suite kUnencodedCases{
    "signature", check::modes::jwt(),
    family(kUnencoded, {{"b64-false",
                         "a token with an unencoded payload (RFC 7797) is refused",
                         {"crit.b64-honoured"},
                         check::refuses_mutation("b64-false", kRefusedAsMalformed)}})};

/// The array must not be empty, but a recipient "MAY" refuse a token for that.
const Shared kCriticalOfNothing{
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::should,
    .harmless = "nothing was called critical, so nothing was ignored; but no issuer may write so",
    .references = {{"RFC 7515", "4.1.11"}},
    .why = "A verifier that does not mind an empty crit often does not look at crit at all.",
    .fix = kCritical.fix,
};

const check::Suite kCriticalOfNothingCases{
    "signature", check::modes::jwt(),
    family(kCriticalOfNothing, {{"crit-empty",
                                 "a token whose crit is empty is refused",
                                 {"crit.skip", "crit.malformed-ignored"}}})};

}  // namespace
}  // namespace suites::signature
