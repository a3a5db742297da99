// Tokens that name another issuer.
#include <fmt/core.h>

#include "common/base/json.h"
#include "harness/check/case.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

using check::Finding;
using check::Outcome;
using check::Probe;

const Shared kForeignIssuer{
    .attacker = check::Attacker::other_issuer,
    .references = {{"RFC 8725", "3.8"}, {"RFC 7519", "4.1.1"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-11", "RS-13"},
    .why =
        "Another issuer's users are not yours, whatever they are called; comparisons that are "
        "not exact have let attackers register a name that passes (CVE-2025-30144).",
    .fix = "Require iss to be a string that is identical to the configured issuer.",
};

/// Not in mode introspection: there the authorization server itself writes the answer, iss is
/// optional, and nothing asks the server to check it (RFC 7662, sections 2.2 and 4).
const check::Suite kForeignIssuerCases{
    "claims", check::modes::jwt(),
    family(kForeignIssuer, {
                               {"iss-other", "a token of another issuer is refused", {"iss.skip"}},
                               {"iss-prefix",
                                "a token whose iss lacks our issuer's last character is refused",
                                {"iss.is-prefix", "iss.skip"}},
                               {"iss-suffix",
                                "a token whose iss goes on after our issuer is refused",
                                {"iss.starts-with", "iss.substring", "iss.skip"}},
                               {"iss-case",
                                "a token whose iss is in the other case is refused",
                                {"iss.case-insensitive", "iss.skip"}},
                               {"iss-substring",
                                "a token whose iss has our issuer inside is refused",
                                {"iss.substring", "iss.skip"}},
                           })};

const Shared kOddIssuer = by(check::Attacker::issuer, kForeignIssuer);

const check::Suite kOddIssuerCases{
    "claims", check::modes::jwt(),
    family(kOddIssuer, {
                           {"iss-missing",
                            "a token without iss is refused",
                            {"iss.missing-accepted", "iss.skip", "iss.odd-500"}},
                           {"iss-array-with-good",
                            "a token whose iss is an array with our issuer is refused",
                            {"iss.array", "iss.skip", "iss.odd-500"}},
                           {"iss-null",
                            "a token whose iss is null is refused",
                            {"iss.missing-accepted", "iss.skip", "iss.odd-500"}},
                           {"iss-empty",
                            "a token whose iss is empty is refused",
                            {"iss.empty-accepted", "iss.skip"}},
                       })};

const Shared kSlash{
    .attacker = check::Attacker::other_issuer,
    .harmless = "signed by the trusted issuer; but its name was compared loosely",
    .references = {{"RFC 8725", "3.8"}, {"OIDC Discovery", "4.3"}},
    .requirements = {"RS-08"},
    .why = "Two spellings of one issuer are harmless until somebody else owns the second.",
    .fix = kForeignIssuer.fix,
};

const check::Suite kSlashCases{
    "claims", check::modes::jwt(),
    family(kSlash, {{"iss-trailing-slash",
                     "a token whose iss has a slash more is refused",
                     {"iss.trailing-slash", "iss.starts-with", "iss.skip"}}})};

const Shared kRogue{
    .attacker = check::Attacker::other_issuer,
    .references = {{"RFC 8725", "3.8"}, {"RFC 8725", "3.10"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-11", "RS-13"},
    .why =
        "A verifier that takes its keys from the issuer that the token names trusts everybody "
        "who can run a web server (CVE-2025-30144, CVE-2025-59936).",
    .fix = "Fetch keys from the configured issuer only, and compare iss before a key is looked up.",
};

/// What the rogue issuer of that name (or, without a name, its bare origin) was asked for.
std::size_t asked(Probe& probe, const std::string& name) {
  return probe.context().rogue().journal().count(
      [&](const idp::Entry& entry) { return entry.issuer == name; });
}

/// A rogue issuer: its name at the rogue provider, and what a token of it has as iss.
struct Rogue {
  std::string name;  ///< empty: the bare origin
  std::string iss_json;
};

Rogue rogue_issuer(Probe& probe) {
  const std::string name = "claims-rogue";
  return {name, base::json_string(probe.context().rogue().issuer(name).url())};
}

/// Some verifiers put the path of a key set behind whatever iss says.
Rogue rogue_origin(Probe& probe) {
  return {"", base::json_string(probe.context().rogue().origin())};
}

Rogue rogue_beside_good(Probe& probe, const std::string& name) {
  return {name,
          fmt::format("[{},{}]", base::json_string(probe.context().rogue().issuer(name).url()),
                      base::json_string(probe.context().issuer().url()))};
}

/// The control, but signed by a rogue issuer's key and with its iss, is refused.
Finding refuses_rogue(Probe& probe, const Rogue& rogue) {
  auto& issuer = probe.context().rogue().issuer(rogue.name.empty() ? "main" : rogue.name);
  jose::Recipe token = probe.good();
  const auto key = issuer.keys().signing_key(token.header.string("alg"));
  if (!key) return Finding::failed(key.error().message);
  token.signed_by(*key);
  token.header.set_string("kid", key->kid());
  token.claim("iss", rogue.iss_json);
  return probe.refuses(token);
}

/// The same, and nobody asks the rogue issuer for anything.
Finding leaves_rogue_unasked(Probe& probe, const Rogue& rogue) {
  const std::size_t before = asked(probe, rogue.name);
  Finding finding = refuses_rogue(probe, rogue);
  const std::size_t requests = asked(probe, rogue.name) - before;
  if (requests == 0 || finding.outcome == Outcome::accepted) return finding;
  Finding fetched =
      Finding::broken("no request to an issuer that is not trusted",
                      fmt::format("the server sent {} request(s) to {}; it then answered {}",
                                  requests, rogue.iss_json, finding.actual),
                      "whoever can send a token can make the server send requests (SSRF)");
  fetched.outcome = Outcome::misrefused;
  fetched.impact = check::Impact::exposure;
  fetched.cause = "an issuer that only the token names is contacted";
  return fetched;
}

/// In both ways to name it. Whether the array is accepted is for rogue-issuer-array to say.
Finding refuses_rogue_issuer(Probe& probe) {
  Finding alone = leaves_rogue_unasked(probe, rogue_issuer(probe));
  if (!alone.ok()) return alone;
  Finding beside = leaves_rogue_unasked(probe, rogue_beside_good(probe, "claims-rogue-beside"));
  return beside.outcome == Outcome::accepted ? alone : beside;
}

Finding refuses_rogue_origin(Probe& probe) {
  return leaves_rogue_unasked(probe, rogue_origin(probe));
}

Finding refuses_rogue_beside_good(Probe& probe) {
  return refuses_rogue(probe, rogue_beside_good(probe, "claims-rogue-array"));
}

const check::Suite kRogueCases{
    "claims", check::modes::signed_jwt(),
    family(kRogue,
           {
               {"rogue-issuer",
                "a token of an issuer that nobody trusts is refused, its keys unasked",
                {"iss.keys-from-token"},
                refuses_rogue_issuer,
                "Tokens of another issuer of ours, signed by its key; the second lists the trusted "
                "issuer as well."},
               {"rogue-issuer-origin",
                "a token whose iss is a bare origin is refused, its keys unasked",
                {"iss.keys-from-token"},
                refuses_rogue_origin,
                "A token like the good one, but its iss is another provider's origin, and that "
                "provider's key signed it."},
               {"rogue-issuer-array",
                "a token of an untrusted issuer that names the trusted one as well is refused",
                {"iss.array-keys-from-first"},
                refuses_rogue_beside_good,
                "A token like the good one, but its iss lists another issuer and the trusted one, "
                "and the other's key signed it."},
           })};

}  // namespace
}  // namespace suites::claims
