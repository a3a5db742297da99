// Tokens that name no signature algorithm, or none that there is.
#include <array>

#include "harness/check/case.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

const Shared kUnsigned{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 8725", "3.2"}, {"RFC 7519", "6"}, {"MCP", "token-handling"}},
    .why = "Whoever can reach the server writes a token for any user by hand: no key is needed.",
    .fix =
        "Give the verifier a fixed list of asymmetric algorithms; never take `alg` from the "
        "token as the only word on how to verify it.",
};

struct Casing {
  std::string name;
  std::string spelling;
  std::string fault;
};
const std::array<Casing, 4> kCasings = {{
    {"alg-none-lower", "none", "alg.none"},
    {"alg-none-title", "None", "alg.none-any-case"},
    {"alg-none-upper", "NONE", "alg.none-any-case"},
    {"alg-none-mixed", "nOnE", "alg.none-any-case"},
}};

std::vector<Row> unsigned_rows() {
  std::vector<Row> rows;
  for (const Casing& casing : kCasings) {
    const std::string token = "an unsigned token with alg " + casing.spelling;
    rows.push_back({casing.name, token + " is refused", {casing.fault}});
    rows.push_back({casing.name + "-junk-signature",
                    token + " and a junk signature is refused",
                    {"alg.none-junk-signature"}});
    rows.push_back({casing.name + "-two-segments",
                    token + " and no third segment is refused",
                    {"alg.none-two-segments"}});
  }
  return rows;
}

const Shared kUnsignedKid{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 8725", "3.2"}, {"RFC 7515", "5.2"}},
    .why =
        "Verifiers that find no key, or find nothing to verify, have let such tokens pass: a "
        "forged token is as good as a real one.",
    .fix = "Treat a missing key and a missing signature as a failed verification.",
};

const Shared kOddAlgorithm{
    .attacker = check::Attacker::issuer,
    .harmless =
        "the signature was right, so nothing is forged; but the server guessed what the "
        "header did not say",
    .references = {{"RFC 7515", "4.1.1"}, {"RFC 8725", "3.1"}},
    .why = "A verifier that guesses what an odd `alg` means can be led to guess wrongly.",
    .fix =
        "Refuse a header whose `alg` is not a string on the list of allowed algorithms, before "
        "a key is looked up.",
};

const check::Suite kUnsignedCases{"signature", check::modes::jwt(),
                                  family(kUnsigned, unsigned_rows())};

const check::Suite kUnsignedKidCases{
    "signature", check::modes::jwt(),
    family(kUnsignedKid,
           {
               {"unsigned-none-known-kid",
                "an unsigned token with the kid of a published key is refused",
                {"alg.none"}},
               {"unsigned-none-unknown-kid",
                "an unsigned token with a kid that nobody published is refused",
                {"alg.none"}},
               {"unsigned-none-absent-kid",
                "an unsigned token without a kid is refused",
                {"alg.none"}},
               {"unsigned-empty-known-kid",
                "a token with an empty signature and the kid of a published key is refused",
                {"signature.empty", "signature.skip"}},
               {"unsigned-empty-unknown-kid",
                "a token with an empty signature and a kid that nobody published is refused",
                {"key.unknown-kid-unverified"}},
               {"unsigned-empty-absent-kid",
                "a token with an empty signature and no kid is refused",
                {"key.unknown-kid-unverified", "signature.empty"}},
           })};

const check::Suite kOddAlgorithmCases{
    "signature", check::modes::jwt(),
    family(kOddAlgorithm, {
                              {"alg-missing",
                               "a token whose header has no alg is refused",
                               {"alg.missing-defaults", "alg.skip", "alg.odd-500"}},
                              {"alg-empty",
                               "a token whose alg is empty is refused",
                               {"alg.missing-defaults", "alg.skip"}},
                              {"alg-null",
                               "a token whose alg is null is refused",
                               {"alg.missing-defaults", "alg.skip", "alg.odd-500"}},
                              {"alg-number",
                               "a token whose alg is a number is refused",
                               {"alg.not-string-defaults", "alg.skip", "alg.odd-500"}},
                              {"alg-array",
                               "a token whose alg is an array is refused",
                               {"alg.not-string-defaults", "alg.skip", "alg.odd-500"}},
                              {"alg-unknown",
                               "a token whose alg nobody registered is refused",
                               {"alg.unknown-defaults", "alg.skip"}},
                          })};

}  // namespace
}  // namespace suites::signature
