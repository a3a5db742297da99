// Tokens of mode stdio-jwt: HS256 with a shared secret, in the argument jwt_token.
#include "suites/stdio/token.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "harness/check/family.h"
#include "mock-idp/jose/mutation.h"

namespace suites::stdio {
namespace {

using namespace std::chrono_literals;
using check::Family;
using check::Level;
using check::Probe;

/// The good token under each of these mutations.
check::Body refuses_mutations(std::string prefix) {
  return check::refuses_family([prefix = std::move(prefix)](Probe& probe) {
    Family family;
    for (const jose::Mutation& mutation : jose::mutations()) {
      if (mutation.name.rfind(prefix, 0) != 0) continue;
      jose::Recipe token = probe.good();
      if (!mutation.apply(token, probe.context().issuer().surroundings())) continue;
      family.push_back({mutation.name, carrying(probe, token)});
    }
    return family;
  });
}

/// Another signature than the secret's.
jose::Recipe signed_as(Probe& probe, std::string bytes) {
  jose::Recipe token = probe.good();
  token.after_signing = [bytes = std::move(bytes)](jose::Parts& parts) { parts.signature = bytes; };
  return token;
}

void tamper(jose::Parts& parts) {
  auto payload = base::base64url_decode(parts.payload).value_or("{}");
  auto claims = nlohmann::json::parse(payload, nullptr, false);
  claims["sub"] = claims["user_id"] = "mallory";
  parts.payload = base::base64url_encode(base::dump(claims));
}

Family other_algorithms(Probe& probe) {
  Family family;
  for (const char* alg : {"RS256", "HS1", "hs256", "", "none"}) {
    jose::Recipe token = probe.good();
    token.header.set_string("alg", alg);
    family.push_back(
        {fmt::format("alg \"{}\" over an HS256 signature", alg), carrying(probe, token)});
  }
  return family;
}

struct Row {
  std::string id, title, sends;
  check::Attacker attacker = check::Attacker::anyone;
  std::vector<std::string> faults;
  check::Body run;
  std::vector<check::Reference> references;
};

std::vector<check::Case> cases_of(const std::vector<Row>& rows) {
  std::vector<check::Case> cases;
  for (const Row& row : rows) {
    cases.push_back({.id = row.id,
                     .title = row.title,
                     .sends = row.sends,
                     .level = Level::must,
                     .attacker = row.attacker,
                     .references = row.references,
                     .requirements = {"REF-52"},
                     .faults = row.faults,
                     .why = "Whoever can write such a token can call every tool, as anybody.",
                     .fix = "Verify each token with a maintained library, HS256 alone allowed, the "
                            "configured secret as key, and exp demanded.",
                     .run = row.run});
  }
  return cases;
}

check::Body refuses_changed(check::Change change) {
  return check::refuses_token(std::move(change));
}

const check::Suite refused{
    "stdio", kToken,
    cases_of({
        {"jwt-expired",
         "a token that has expired is refused",
         "The good token, ended an hour ago.",
         check::Attacker::token_holder,
         {"jwt-lifetime.leeway-2h", "jwt-lifetime.after-iat-only", "jwt-lifetime.skip"},
         refuses_changed([](jose::Recipe& token) { token.expiring_in(-1h); }),
         {{"RFC 7519", "4.1.4"}}},
        {"jwt-without-exp",
         "a token without an end is refused",
         "The good token without exp.",
         check::Attacker::issuer,
         {"jwt-lifetime.endless"},
         refuses_changed([](jose::Recipe& token) { token.without_claim("exp"); }),
         {{"RFC 8725", "3.10"}, {"CWE-613", ""}}},
        {"jwt-not-yet",
         "a token that has not begun is refused",
         "The good token, not valid before tomorrow.",
         check::Attacker::token_holder,
         {"jwt-lifetime.nbf", "jwt-lifetime.nbf-before-exp-only"},
         refuses_changed([](jose::Recipe& token) { token.beginning_in(24h); }),
         {{"RFC 7519", "4.1.5"}}},
        {"jwt-wrong-secret",
         "a token signed with another secret is refused",
         "The good token, signed with a random secret.",
         check::Attacker::anyone,
         {"jwt-signature.skip"},
         refuses_changed([](jose::Recipe& token) {
           token.signed_with_secret("b0a1c7f2-this-is-somebody-else-s-secret");
         }),
         {{"RFC 7515", "5.2"}}},
        {"jwt-empty-secret",
         "a token signed with the empty secret is refused",
         "The good token, signed with an empty secret.",
         check::Attacker::anyone,
         {"jwt-signature.empty-secret"},
         refuses_changed([](jose::Recipe& token) { token.signed_with_secret(""); }),
         {{"RFC 8725", "3.5"}}},
        {"jwt-known-secrets",
         "a token signed with a secret that READMEs show is refused",
         "The good token, signed with each of the secrets that READMEs and tutorials show.",
         check::Attacker::anyone,
         {"jwt-signature.sample"},
         refuses_mutations("hs-secret-"),
         {{"RFC 8725", "3.5"}, {"CWE-798", ""}}},
        {"jwt-alg-none",
         "an unsigned token is refused",
         "The good token with alg none, in four spellings, with and without a signature.",
         check::Attacker::anyone,
         {"jwt-signature.none"},
         refuses_mutations("alg-none"),
         {{"RFC 8725", "3.2"}, {"RFC 7519", "6"}}},
        {"jwt-other-alg",
         "the header's alg is HS256 and nothing else",
         "The good token with other names of algorithms over its HS256 signature.",
         check::Attacker::issuer,
         {"jwt-signature.alg-ignored"},
         check::refuses_family(other_algorithms),
         {{"RFC 8725", "3.1"}}},
        {"jwt-tampered",
         "a token that was changed after it was signed is refused",
         "The good token for another user, under the old signature.",
         check::Attacker::token_holder,
         {"jwt-signature.skip"},
         refuses_changed([](jose::Recipe& token) { token.after_signing = tamper; }),
         {{"RFC 7515", "5.2"}}},
        {"jwt-without-signature",
         "a token without its signature is refused",
         "The good token with an empty signature.",
         check::Attacker::anyone,
         {"jwt-signature.empty"},
         check::refuses_attempt([](Probe& probe) { return carrying(probe, signed_as(probe, "")); }),
         {{"RFC 7515", "5.2"}}},
    })};

}  // namespace

check::Attempt carrying(Probe& probe, const jose::Recipe& token) {
  return {.credential = probe.carry(probe.mint(token))};
}

}  // namespace suites::stdio
