// HMAC over a "secret" that everybody knows, first of all the published key itself.
#include <array>

#include "harness/check/case.h"
#include "mock-idp/jose/mutation.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

const Shared kPublicKey{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 8725", "2.1"}, {"RFC 8725", "3.1"}, {"MCP", "token-handling"}},
    .why =
        "The public key is public: a verifier that takes it for an HMAC secret accepts tokens "
        "that anybody can make.",
    .fix = "Allow asymmetric algorithms only, and never hand a public key to an HMAC.",
};

struct Form {
  std::string name;  ///< as in the mutation hs-with-public-key-hs256-<name>
  std::string what;
  std::string fault;       ///< of a server that falls for this form alone; may be empty
  bool all_sizes = false;  ///< HS384 and HS512 are tried as well
};
const std::array<Form, 15> kForms = {{
    {"pem", "PEM", "alg.hs-pem", true},
    {"pem-trimmed", "PEM without the last newline", "alg.hs-pem-trimmed", true},
    {"pem-crlf", "PEM with CRLF line ends", "alg.hs-pem-decorated", true},
    {"pem-blank", "PEM after a blank", "alg.hs-pem-decorated", true},
    {"pem-newline", "PEM after a newline", "alg.hs-pem-decorated", true},
    {"pem-comment", "PEM after a comment line", "alg.hs-pem-decorated", true},
    {"pkcs1-pem", "PKCS#1 PEM", "alg.hs-pkcs1-pem"},
    {"x509-pem", "an X.509 certificate", ""},
    {"der", "DER", "alg.hs-der"},
    {"openssh", "an OpenSSH line", ""},
    {"jwk", "a JWK of the required members", "alg.hs-jwk"},
    {"jwk-published", "the JWK as it is published", "alg.hs-jwk"},
    {"jwks", "the whole JWK set", "alg.hs-jwks"},
    {"modulus", "the bytes of its modulus", "alg.hs-modulus"},
    {"modulus-base64url", "its modulus in base64url", "alg.hs-modulus"},
}};

std::vector<Row> public_key_rows() {
  std::vector<Row> rows;
  for (const Form& form : kForms) {
    std::vector<std::string> faults = {"alg.hs-unverified"};
    if (!form.fault.empty()) faults.push_back(form.fault);
    const auto add = [&](const std::string& alg, const std::string& suffix,
                         const std::string& kid) {
      const std::string id = "hs-with-public-key-hs" + alg + "-" + form.name + suffix;
      rows.push_back({id, "HS" + alg + " over the public key as " + form.what + kid + " is refused",
                      faults, refuses_over_every_key(id)});
    };
    add("256", "", "");
    add("256", "-unknown-kid", ", under an unknown kid,");
    if (!form.all_sizes) continue;
    add("384", "", "");
    add("512", "", "");
  }
  return rows;
}

const Shared kGuessable{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 8725", "3.5"}, {"RFC 8725", "3.1"}},
    .why = "A secret that is empty, or stands in a README, is known to everybody.",
    .fix =
        "Allow asymmetric algorithms only; where HMAC is meant, refuse to start without a "
        "random secret of 32 bytes or more.",
};

/// All mutations whose secret is a well-known one.
std::vector<std::string> known_secrets() {
  std::vector<std::string> names;
  for (const jose::Mutation& mutation : jose::mutations()) {
    if (mutation.name.rfind("hs-secret-", 0) == 0) names.push_back(mutation.name);
  }
  return names;
}

const check::Suite kPublicKeyCases{"signature", check::modes::signed_jwt(),
                                   family(kPublicKey, public_key_rows())};

const check::Suite kGuessableCases{
    "signature", check::modes::jwt(),
    family(kGuessable,
           {
               {"hs-empty-secret",
                "HS256 over an empty secret is refused",
                {"alg.hs-empty-secret", "alg.hs-unverified"}},
               {"hs-empty-secret-unknown-kid",
                "HS256 over an empty secret, under an unknown kid, is refused",
                {"alg.hs-empty-secret", "alg.hs-unverified"}},
               {"hs-known-secrets",
                "HS256 over a secret that READMEs show is refused",
                {"alg.hs-known-secret", "alg.hs-unverified"},
                refuses_mutations(known_secrets()),
                "The good token, signed with HS256 over each of the secrets that tutorials use."},
           })};

}  // namespace
}  // namespace suites::signature
