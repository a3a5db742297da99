// JWTs of the same issuer that are no access tokens.
#include "harness/check/case.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

const Shared kKinds{
    .level = check::Level::bcp,
    .attacker = check::Attacker::token_holder,
    .if_accepted = check::Level::should,
    .harmless = "the trusted issuer signed it, for this audience; but not as an access token",
    .references = {{"RFC 8725", "3.11"}, {"RFC 8725", "3.12"}, {"RFC 9068", "4"}},
    .requirements = {"RS-08", "RS-13"},
    .why =
        "An issuer signs tokens of several kinds with one key; a server that does not tell them "
        "apart takes what was meant for something else.",
    .fix = "Require the typ that your issuer gives to access tokens, at+jwt with RFC 9068.",
};

/// A server that takes access tokens of any typ cannot be expected to know them by it.
check::Body unless_typed_so(const std::string& mutation) {
  return [mutation](check::Probe& probe) {
    const auto typ = probe.context().calibration().typ;
    if (!typ || *typ != "at+jwt") {
      return check::Finding::skipped(
          "the server refuses access tokens of the typ at+jwt, so typ cannot tell kinds apart");
    }
    return check::refuses_mutation(mutation)(probe);
  };
}

const check::Suite kKindCases{
    "claims", check::modes::jwt(),
    family(
        kKinds,
        {
            {"id-token-aud-resource",
             "an ID token with our audience is refused",
             {"typ.skip"},
             unless_typed_so("id-token-aud-resource")},
            {"logout-token", "a logout token with our audience is refused", {"typ.skip"}},
            {"refresh-token",
             "a refresh token with our audience is refused",
             {"typ.skip"},
             unless_typed_so("refresh-token")},
            {"typ-other", "a token whose typ is that of something else is refused", {"typ.skip"}},
        })};

}  // namespace
}  // namespace suites::claims
