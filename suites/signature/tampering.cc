// Signatures of somebody else, and tokens that were changed after signing.
#include "harness/check/case.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

const std::vector<std::string> kKinds = {"RS256", "ES256", "EdDSA"};

const Shared kForeign{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 7515", "5.2"}, {"MCP", "token-handling"}},
    .why = "Anybody can make a key: a token that it signed proves nothing.",
    .fix = "Verify every signature, with a key of the trusted issuer's JWK set and no other.",
};

const check::Suite kForeignCases{
    "signature", check::modes::signed_jwt(),
    family(kForeign,
           {
               {"wrong-key",
                "a token signed by a key that the issuer does not have is refused",
                {"key.unknown-kid-unverified"},
                refuses_of_each(kKinds, "wrong-key"),
                "",
                {"auth-untrusted-token-rejected"}},
               {"wrong-key-same-kid",
                "a token signed by a foreign key under the kid of the good one is refused",
                {"signature.skip"},
                refuses_of_each(kKinds, "wrong-key-same-kid")},
               {"wrong-key-no-kid",
                "a token signed by a foreign key without a kid is refused",
                {"key.unknown-kid-unverified"},
                refuses_of_each(kKinds, "wrong-key-no-kid")},
           })};

const Shared kTampered{
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7515", "5.2"}, {"MCP", "token-handling"}},
    .why = "What can be changed after signing can be chosen by whoever holds any token at all.",
    .fix =
        "Verify the signature over the exact bytes that came, header and payload, before "
        "anything in them is used.",
};

const check::Suite kTamperedCases{
    "signature", check::modes::jwt(),
    family(kTampered,
           {
               {"tampered-header",
                "a token whose header was changed after signing is refused",
                {"signature.skip"}},
               {"tampered-payload",
                "a token whose payload was changed after signing is refused",
                {"signature.skip"}},
               {"tampered-signature-first",
                "a token with a bit changed in the first byte of its signature is refused",
                {"signature.skip"}},
               {"tampered-signature-middle",
                "a token with a bit changed in the middle of its signature is refused",
                {"signature.skip"}},
               {"tampered-signature-last",
                "a token with a bit changed in the last byte of its signature is refused",
                {"signature.skip"}},
               {"signature-of-another-token",
                "a token with another token's signature is refused",
                {"signature.skip"}},
               {"signature-truncated",
                "a token whose signature lacks a byte is refused",
                {"signature.skip", "signature.odd-length-500"}},
               {"signature-extended",
                "a token whose signature has a byte too many is refused",
                {"signature.skip", "signature.trailing", "signature.odd-length-500"}},
           })};

const Shared kEmptied = by(check::Attacker::anyone, kTampered);

const check::Suite kEmptiedCases{
    "signature", check::modes::jwt(),
    family(kEmptied, {
                         {"signature-empty",
                          "a token whose signature is empty is refused",
                          {"signature.skip", "signature.empty", "signature.odd-length-500"}},
                     })};

}  // namespace
}  // namespace suites::signature
