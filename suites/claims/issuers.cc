// Servers that trust two issuers.
#include "harness/check/probe.h"

namespace suites::claims {
namespace {

using check::Finding;
using check::Probe;

/// The key of `own` for an algorithm. The keys of one provider come from the same pool: one that
/// the issuer beside it has as well is replaced.
base::Result<jose::Key> own_key(idp::Issuer& own, idp::Issuer& beside, const std::string& alg) {
  auto key = own.keys().signing_key(alg);
  const auto theirs = beside.keys().signing_key(alg);
  if (!key || !theirs || key->kid() != theirs->kid()) return key;
  auto fresh = own.keys().rotate(alg);
  if (fresh) own.keys().withdraw(theirs->kid());
  return fresh;
}

struct Trusted {
  idp::Issuer& first;
  idp::Issuer& second;
  jose::Recipe of_first;
  jose::Recipe of_second;
};

/// The control, and the same of the second issuer: its name, its key.
base::Result<Trusted> both(Probe& probe) {
  idp::Issuer& first = probe.context().issuer();
  idp::Issuer& second = probe.context().provider().issuer(check::kSecondIssuer);
  jose::Recipe token = probe.good();
  const auto key = own_key(second, first, token.header.string("alg"));
  if (!key) return tl::unexpected(key.error());
  jose::Recipe other = token;
  other.signed_by(*key);
  other.header.set_string("kid", key->kid());
  other.claims.set_string("iss", second.url());
  return Trusted{first, second, std::move(token), std::move(other)};
}

Finding accepts_second(Probe& probe) {
  const auto trusted = both(probe);
  if (!trusted) return Finding::failed(trusted.error().message);
  return probe.accepts(trusted->of_second);
}

/// Each issuer's key under the other's name.
Finding refuses_mixture(Probe& probe) {
  const auto trusted = both(probe);
  if (!trusted) return Finding::failed(trusted.error().message);
  if (!probe.accepts(trusted->of_second).ok()) {
    return Finding::skipped("tokens of the second issuer are refused: second-issuer judges that");
  }
  jose::Recipe first_by_second = trusted->of_second;
  first_by_second.claims.set_string("iss", trusted->first.url());
  const Finding finding = probe.refuses(first_by_second);
  if (!finding.ok()) return finding;
  jose::Recipe second_by_first = trusted->of_first;
  second_by_first.claims.set_string("iss", trusted->second.url());
  return probe.refuses(second_by_first);
}

const check::Suite issuers_cases{
    "claims",
    {check::Mode::oauth},
    {{
         .id = "second-issuer",
         .title = "a token of the second trusted issuer is accepted",
         .sends = "The good token as the second issuer would mint it: its name, its key.",
         .level = check::Level::profile,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "2"}},
         .requirements = {"RS-08"},
         .needs = {.issuer = true, .setting = "second-issuer"},
         .faults = {"iss.first-only"},
         .why = "Users of the second issuer cannot get in.",
         .fix = "Compare iss with each trusted issuer, and take the keys of the one that it names.",
         .run = accepts_second,
     },
     {
         .id = "issuer-mixup",
         .title = "a token of one trusted issuer that another one signed is refused",
         .sends = "Tokens with the name of either trusted issuer, signed by the key of the other.",
         .attacker = check::Attacker::other_issuer,
         .references = {{"RFC 8725", "3.8"}, {"MCP", "token-handling"}},
         .requirements = {"RS-08", "RS-11"},
         .needs = {.issuer = true, .setting = "second-issuer"},
         .faults = {"key.any-issuer"},
         .why = "Each issuer could make tokens in the name of the other's users.",
         .fix =
             "Keep the keys of each issuer apart, and verify a token with those of its iss only.",
         .run = refuses_mixture,
     }}};

}  // namespace
}  // namespace suites::claims
