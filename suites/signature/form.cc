// What is not the compact form of a JWS.
#include <fmt/core.h>

#include "harness/check/case.h"
#include "harness/check/family.h"
#include "mock-idp/jose/mutation.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

using check::Finding;
using check::Probe;

const Shared kForm{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 7515", "7.1"}, {"RFC 7519", "7.2"}},
    .why = "Readers that take what is not a token for one have been led around the signature.",
    .fix =
        "A compact JWS has exactly three segments; refuse anything else with 401 before it is "
        "decoded.",
};

const check::Suite kFormCases{
    "signature", check::modes::jwt(),
    family(kForm,
           {
               {"segments-0", "a token without dots is refused", {"form.segments-500"}},
               {"segments-1", "a token of one segment is refused", {"form.segments-500"}},
               {"segments-2",
                "a token without its signature segment is refused",
                {"form.segments-500"}},
               {"empty-segments", "a token of three empty segments is refused", {"header.odd-500"}},
           })};

const Shared kExtended = by(check::Attacker::token_holder, kForm);

const check::Suite kExtendedCases{
    "signature", check::modes::jwt(),
    family(kExtended,
           {
               {"segments-4",
                "a good token with a fourth segment is refused",
                {"form.skip", "form.segments-500"},
                check::milder(check::refuses_mutation("segments-4"),
                              "the token is signed, but what follows it is not looked at")},
               {"leading-dot", "a good token after a dot is refused", {"form.segments-500"}},
               {"trailing-dot",
                "a good token before a dot is refused",
                {"form.skip", "form.segments-500"},
                check::milder(check::refuses_mutation("trailing-dot"),
                              "the token is signed, but what follows it is not looked at")},
           })};

const Shared kJson{
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7519", "1"}, {"RFC 7515", "7.2"}, {"RFC 6750", "2.1"}},
    .why =
        "A second way to write tokens is a second parser to attack; the JSON forms carry "
        "unprotected headers and several signatures.",
    .fix = "Accept the compact serialization only.",
};

check::Body refuses_json(const std::string& mutation) {
  return check::milder(check::refuses_mutation(mutation, kRefusedAsMalformed),
                       "a JWT is always in the compact form; the signature was right, though");
}

const check::Suite kJsonCases{"signature", check::modes::jwt(),
                              family(kJson, {
                                                {"json-serialization-flattened",
                                                 "a token as flattened JWS JSON is refused",
                                                 {"form.json-serialization"},
                                                 refuses_json("json-serialization-flattened")},
                                                {"json-serialization-general",
                                                 "a token as general JWS JSON is refused",
                                                 {"form.json-serialization"},
                                                 refuses_json("json-serialization-general")},
                                            })};

const Shared kEncrypted{
    .attacker = check::Attacker::anyone,
    .references = {{"RFC 8725", "3.2"}, {"RFC 7516", "9"}},
    .why =
        "Encryption proves nothing about who wrote a token: whoever knows the recipient's key "
        "can make one.",
    .fix = "Accept signed tokens only; refuse five segments before any key is derived.",
};

constexpr std::int64_t kSlowUs = 1'000'000;
constexpr std::int64_t kTimesSlower = 20;

std::int64_t duration_us(const wire::Exchange& exchange) {
  return exchange.done_us - exchange.sent_us;
}

/// Refused, and without doing the work that the token asks for.
Finding refuses_quickly(Probe& probe, const std::string& mutation) {
  jose::Recipe token = probe.good();
  const auto* forge = jose::find_mutation(mutation);
  if (const auto done = forge->apply(token, probe.context().issuer().surroundings()); !done) {
    return Finding::skipped(done.error().message);
  }
  const auto control = probe.send({.credential = probe.good_credential()});
  const auto answer = probe.send({.credential = probe.carry(probe.mint(token))});
  const std::int64_t took = duration_us(answer.exchange);
  if (took > kSlowUs && took > kTimesSlower * duration_us(control.exchange)) {
    probe.decisive(answer.exchange, true);
    Finding finding =
        Finding::broken("a refusal as quick as any other",
                        fmt::format("{} after {:.1f} s; a good token took {:.1f} ms",
                                    answer.summary(), static_cast<double>(took) / 1e6,
                                    static_cast<double>(duration_us(control.exchange)) / 1e3),
                        "one small request keeps the server busy for seconds (CWE-400)");
    finding.outcome = check::Outcome::misrefused;
    finding.impact = check::Impact::failure;
    return finding;
  }
  return probe.refuses(token);
}

const check::Suite kEncryptedCases{
    "signature", check::modes::jwt(),
    family(kEncrypted,
           {
               {"jwe-token-dir",
                "a token that is encrypted with a key of zeros is refused",
                {"form.jwe-zero-key", "form.segments-500"}},
               {"jwe-token-rsa-oaep-256",
                "a token that is encrypted to the issuer's key is refused",
                {"form.segments-500"}},
               {"jwe-pbes2-huge-count",
                "an encrypted token that asks for two billion rounds is refused at once",
                {"form.pbes2-derives", "form.segments-500"},
                [](Probe& probe) { return refuses_quickly(probe, "jwe-pbes2-huge-count"); }},
           })};

}  // namespace
}  // namespace suites::signature
