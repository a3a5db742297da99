// Forged tokens that say of themselves that they expired: two errors, of which a verifier may
// report the lesser one.
#include "harness/check/case.h"
#include "mock-idp/jose/mutation.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

using check::Finding;
using check::Probe;
using std::chrono::seconds;

constexpr seconds kUsualSkew{30};
constexpr seconds kLongestSkew{3'600};

const Shared kForgedAndExpired{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 7515", "5.2"}, {"RFC 8725", "3.3"}, {"MCP", "token-handling"}},
    .why =
        "An attacker writes a token for any user without a key and lets it expire a moment ago: "
        "a server that only sees the expiry forgives it as clock skew (CVE-2024-51744).",
    .fix =
        "Reject a token as soon as its signature does not verify; let the library apply the leeway "
        "instead of accepting a token after an \"expired\" error.",
};

/// In the middle of the leeway that the target grants to genuine tokens, where it grants any.
Finding refuses_within_leeway(Probe& probe) {
  const auto leeway = probe.context().leeway(probe);
  const bool known = leeway && *leeway >= seconds{2} && *leeway <= kLongestSkew;
  jose::Recipe token = probe.good();
  const auto applied = jose::find_mutation("forged-expired-minute")
                           ->apply(token, probe.context().issuer().surroundings());
  if (!applied) return Finding::skipped(applied.error().message);
  token.expiring_in(known ? -*leeway / 2 : -kUsualSkew);
  return probe.refuses(token);
}

const check::Suite kForgedAndExpiredCases{
    "signature", check::modes::jwt(),
    family(
        kForgedAndExpired,
        {
            {"forged-expired-now",
             "Rejects a token with a wrong signature that expired just now",
             {"signature.hidden-by-expiry", "signature.unverified-when-expired"}},
            {"forged-expired-within-leeway",
             "Rejects a token with a wrong signature that expired within the leeway",
             {"signature.hidden-by-expiry", "signature.unverified-when-expired"},
             refuses_within_leeway,
             "The valid token, expired by half of the measured leeway (30 s where there is none), "
             "one bit of its signature changed."},
            {"forged-expired-hour",
             "Rejects a token with a wrong signature that expired an hour ago",
             {"signature.unverified-when-expired"}},
        })};

}  // namespace
}  // namespace suites::signature
