// Servers that trust two issuers which use the same kid.
#include <fmt/core.h>

#include "harness/check/another.h"
#include "harness/check/probe.h"

namespace suites::keys {
namespace {

using check::Another;
using check::Finding;
using check::Probe;

/// The control as an issuer would mint it: its name, its key.
jose::Recipe by_issuer(Probe& probe, const std::string& issuer, const jose::Key& key) {
  jose::Recipe token = probe.good();
  token.claims.set_string("iss", issuer);
  token.signed_by(key);
  token.header.set_string("kid", key.kid());
  return token;
}

mcp::Answer present(Probe& probe, const jose::Recipe& token) {
  return probe.send({.credential = probe.carry(probe.mint(token)), .own_session = true});
}

Finding same_kid(Another& fresh) {
  idp::Issuer& first = fresh.provider().issuer();
  idp::Issuer& second = fresh.provider().issuer(check::kSecondIssuer);
  const std::string alg = fresh.judge().context().calibration().alg;
  const auto key = first.keys().signing_key(alg);
  if (!key) return Finding::failed(key.error().message);
  // The issuers of one provider begin with the same keys.
  const auto other = second.keys().reuse_kid(key->kid());
  if (!other) return Finding::failed(other.error().message);
  if (auto started = fresh.start(); !started) {
    return Finding::undecided("a second server could not be started: " + started.error().message);
  }
  Probe& probe = fresh.probe();
  for (const auto& [issuer, signer] :
       {std::pair(first.url(), *key), std::pair(second.url(), *other)}) {
    const auto answer = present(probe, by_issuer(probe, issuer, signer));
    if (answer.kind == mcp::Kind::result) continue;
    return Finding::undecided(
        fmt::format("a good token of {} was refused: {}", issuer, answer.summary()));
  }
  for (const auto& [issuer, signer] :
       {std::pair(first.url(), *other), std::pair(second.url(), *key)}) {
    const auto answer = present(probe, by_issuer(probe, issuer, signer));
    if (answer.kind != mcp::Kind::result) continue;
    probe.decisive(answer.exchange, true);
    Finding finding = Finding::broken("401", answer.summary(),
                                      "the other issuer's key of the same kid verified the token");
    finding.outcome = check::Outcome::accepted;
    return finding;
  }
  return Finding::met("401");
}

const check::Suite same_kid_cases{
    "keys",
    {check::Mode::oauth},
    {{.id = "cross-issuer-kid",
      .title = "an issuer's kid names a key of that issuer only",
      .sends =
          "Tokens in the name of either of two trusted issuers, signed by the key that the other "
          "one has under the same kid.",
      .attacker = check::Attacker::other_issuer,
      .references = {{"RFC 8725", "3.8"}, {"RFC 7515", "4.1.4"}},
      .requirements = {"RS-08", "RS-11"},
      .needs = {.issuer = true, .spawned = true, .setting = "second-issuer"},
      .faults = {"keys.shared-by-kid"},
      .why = "Any of the trusted issuers could make tokens in the name of the others' users.",
      .fix = "Keep the keys of each issuer apart: look a kid up among those of the token's iss.",
      .run = check::on_another(same_kid)}}};

}  // namespace
}  // namespace suites::keys
