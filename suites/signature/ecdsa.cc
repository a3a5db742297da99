// Encodings of ECDSA signatures.
#include "harness/check/case.h"
#include "mock-idp/jose/mutation.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

check::Body refuses_es256(std::string mutation) { return refuses_of("ES256", std::move(mutation)); }

const Shared kForged{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 7518", "3.4"}, {"RFC 8725", "3.4"}},
    .why =
        "With r or s zero modulo the curve's order the equation of ECDSA can hold for any "
        "message and any key: the \"psychic signature\" (CVE-2022-21449) signs everything.",
    .fix = "Check that r and s are from 1 to n - 1; update a cryptographic library that does not.",
};

const check::Suite kForgedCases{
    "signature",
    {check::Mode::oauth},
    family(kForged, {
                        {"es-zero",
                         "an ES256 signature of zeros is refused",
                         {"signature.es-zero", "signature.skip"},
                         refuses_es256("es-zero")},
                        {"es-n-r",
                         "an ES256 signature whose r is the order of the curve is refused",
                         {"signature.es-zero", "signature.skip"},
                         refuses_es256("es-n-r")},
                        {"es-n-s",
                         "an ES256 signature whose s is the order of the curve is refused",
                         {"signature.es-zero", "signature.skip"},
                         refuses_es256("es-n-s")},
                        {"es-n-both",
                         "an ES256 signature of twice the order of the curve is refused",
                         {"signature.es-zero", "signature.skip"},
                         refuses_es256("es-n-both")},
                    })};

const Shared kEncoded{
    .attacker = check::Attacker::token_holder,
    .harmless = "r and s were right, so nothing is forged; but this is not how JWS writes them",
    .references = {{"RFC 7518", "3.4"}},
    .why =
        "Several texts for one signature break whatever compares tokens, such as deny-lists, and "
        "a second signature parser is one more thing to attack.",
    .fix = "Accept exactly 64 bytes for ES256, r and s side by side.",
};

const check::Suite kEncodedCases{
    "signature",
    {check::Mode::oauth},
    family(kEncoded, {
                         {"es-der",
                          "an ES256 signature in DER is refused",
                          {"signature.es-der", "signature.odd-length-500"},
                          refuses_es256("es-der")},
                         {"es-length-63",
                          "an ES256 signature of 63 bytes is refused",
                          {"signature.es-short", "signature.odd-length-500"},
                          refuses_es256("es-length-63")},
                         {"es-length-65",
                          "an ES256 signature of 65 bytes is refused",
                          {"signature.trailing", "signature.odd-length-500"},
                          refuses_es256("es-length-65")},
                         {"es-negative-pad",
                          "an ES256 signature with a zero in front of r and s is refused",
                          {"signature.es-padded", "signature.odd-length-500"},
                          refuses_es256("es-negative-pad")},
                     })};

const Shared kObserved{
    .level = check::Level::observe,
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7518", "3.4"}},
    .why =
        "For every ECDSA signature there is a second one that verifies as well; what tells "
        "tokens apart by their signature does not see that they are the same.",
    .fix = "Tell tokens apart by jti, not by their text.",
};

check::Finding observe_malleable(check::Probe& probe) {
  auto token = good_of(probe, "ES256");
  if (!token) return check::Finding::skipped("the server accepts no good ES256 token");
  const auto applied =
      jose::find_mutation("es-malleable")->apply(*token, probe.context().issuer().surroundings());
  if (!applied) return check::Finding::skipped(applied.error().message);
  return probe.observes({.credential = probe.carry(probe.mint(*token))}, "es_malleable");
}

const check::Suite kObservedCases{
    "signature",
    {check::Mode::oauth},
    family(kObserved, {{"es-malleable",
                        "whether a second signature of the same token is accepted",
                        {},
                        observe_malleable}})};

}  // namespace
}  // namespace suites::signature
