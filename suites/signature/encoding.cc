// Base64url that is none, and JSON objects that are none.
#include "harness/check/case.h"
#include "harness/check/family.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

const Shared kBase64{
    .attacker = check::Attacker::token_holder,
    .if_accepted = check::Level::should,
    .harmless =
        "the signature was right, so nothing is forged; but this is another text than the "
        "one that was issued",
    .references = {{"RFC 7515", "2"}, {"RFC 4648", "5"}, {"RFC 8725", "3.7"}},
    .why = "Several texts for one token break whatever compares tokens: caches, deny-lists, logs.",
    .fix =
        "Decode base64url strictly: its own alphabet, no padding, no white space, unused bits "
        "zero.",
};

const check::Suite kBase64Cases{
    "signature", check::modes::jwt(),
    family(kBase64, {
                        {"base64-padding",
                         "a token with padding is refused",
                         {"encoding.padding", "encoding.skip"}},
                        {"base64-standard-alphabet",
                         "a token in base64's other alphabet is refused",
                         {"encoding.standard-alphabet", "encoding.skip"}},
                        {"base64-whitespace",
                         "a token with a blank inside is refused",
                         {"encoding.whitespace"},
                         check::refuses_mutation("base64-whitespace", kRefusedAsMalformed)},
                        {"base64-noncanonical-tail",
                         "a token whose last character has stray bits is refused",
                         {"encoding.noncanonical-tail", "encoding.skip"}},
                    })};

const Shared kHeader{
    .attacker = check::Attacker::issuer,
    .harmless =
        "the signature was right, so nothing is forged; but the header is not what a JWS "
        "has to begin with",
    .references = {{"RFC 7515", "4"}, {"RFC 7515", "5.2"}},
    .why = "A header that two readers read differently is how one of them gets cheated.",
    .fix = "Parse the header as one strict JSON object in UTF-8, and answer 401 to anything else.",
};
/// RFC 8259, section 8.1, lets readers ignore a byte order mark.
const Shared kByteOrderMark{
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::observe,
    .references = {{"RFC 7515", "5.2"}, {"RFC 8259", "8.1"}},
    .why = kHeader.why,
    .fix = kHeader.fix,
};

const check::Suite kHeaderCases{
    "signature", check::modes::jwt(),
    family(kHeader, {
                        {"header-not-json",
                         "a token whose header is not JSON is refused",
                         {"header.not-object-defaults", "header.skip", "header.odd-500"}},
                        {"header-array",
                         "a token whose header is an array is refused",
                         {"header.not-object-defaults", "header.skip", "header.odd-500"}},
                        {"header-invalid-utf8",
                         "a token whose header is not UTF-8 is refused",
                         {"header.not-object-defaults", "header.skip", "header.odd-500",
                          "header.invalid-utf8"}},
                        {"header-trailing-garbage",
                         "a token with something after its header is refused",
                         {"header.not-object-defaults", "header.skip", "header.odd-500",
                          "header.trailing-garbage"}},
                    })};

const Shared kDeepHeader = by(check::Attacker::anyone, kHeader);

const check::Suite kDeepHeaderCases{
    "signature", check::modes::jwt(),
    family(kDeepHeader, {
                            {"header-depth-10000",
                             "a deeply nested header makes no server error",
                             {"header.deep-500"},
                             survives_mutation("header-depth-10000")},
                        })};

const check::Suite kByteOrderMarkCases{
    "signature", check::modes::jwt(),
    family(kByteOrderMark, {{"header-bom",
                             "a byte order mark in front of the header makes no server error",
                             {"header.bom-500"}}})};

const Shared kDuplicate{
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 7515", "4"}, {"RFC 7519", "4"}},
    .why =
        "Of two members with one name the issuer's reader saw the last; a verifier that takes "
        "the first judges another token than the one that was meant.",
    .fix = "Refuse duplicate members, or let the last one count.",
};

/// A member of which the target was seen to reject an invalid value, and the same one after a valid
/// value of that name.
struct Duplicate {
  std::string member;
  check::Change invalid;  ///< the invalid value alone
  std::string mutation;   ///< the valid value, then the invalid one
};

void keep_signature_but_set(jose::Recipe& token, const char* member, const char* json) {
  token.signer = [key = token.key, alg = token.header.string("alg"),
                  signer = token.signer](const std::string& input) -> base::Result<std::string> {
    return signer ? signer(input) : key->sign(alg, input);
  };
  token.header.set(member, json);
}

std::vector<Duplicate> header_members() {
  return {
      {"alg", [](jose::Recipe& token) { keep_signature_but_set(token, "alg", R"("none")"); },
       "header-duplicate"},
      {"kid", [](jose::Recipe& token) { token.header.set("kid", R"("mcp-authspec-unknown")"); },
       "header-duplicate-kid"},
      {"typ", [](jose::Recipe& token) { token.header.set("typ", R"("dpop+jwt")"); },
       "header-duplicate-typ"},
  };
}

std::vector<Duplicate> claim_members() {
  return {{"exp", [](jose::Recipe& token) { token.expiring_in(std::chrono::hours(-1)); },
           "payload-duplicate"}};
}

/// Of two members the last counts, or the token is rejected. Only a member whose value matters to
/// the target can show which one counted.
check::Body refuses_duplicate(std::vector<Duplicate> (*members)()) {
  return [members](check::Probe& probe) {
    std::string indifferent;
    for (const Duplicate& duplicate : members()) {
      jose::Recipe alone = probe.good();
      duplicate.invalid(alone);
      const mcp::Answer answer = probe.send({.credential = probe.carry(probe.mint(alone))});
      if (answer.kind == mcp::Kind::result) {
        indifferent += (indifferent.empty() ? "" : ", ") + duplicate.member;
        continue;
      }
      check::Finding finding = check::refuses_mutation(duplicate.mutation)(probe);
      if (finding.outcome == check::Outcome::accepted) {
        finding.impact = check::Impact::laxity;
        finding.reason =
            "the first of two " + duplicate.member + " counted: the second one alone is rejected";
      }
      if (finding.kind != check::Finding::Kind::skipped) {
        return check::labelled(duplicate.member, std::move(finding));
      }
    }
    return check::Finding::skipped("the server accepts tokens whatever they have as " +
                                   indifferent);
  };
}

const check::Suite kDuplicateCases{
    "signature", check::modes::jwt(),
    family(kDuplicate,
           {
               {"header-duplicate",
                "Rejects a token with two members of one name in its header, the last one invalid",
                {"header.duplicate-first-wins", "header.skip"},
                refuses_duplicate(header_members)},
               {"payload-duplicate",
                "a token with two exp, the last of them over, is refused",
                {"payload.duplicate-first-wins", "payload.skip"},
                refuses_duplicate(claim_members)},
           })};

const Shared kPayload{
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 7519", "7.2"}, {"RFC 7519", "4"}},
    .why =
        "A payload without claims has no expiry, no audience and no subject: whoever holds such "
        "a token is anybody, for ever.",
    .fix = "Refuse a payload that is not a JSON object with 401.",
};

const check::Suite kPayloadCases{
    "signature", check::modes::jwt(),
    family(kPayload, {
                         {"payload-array",
                          "a token whose payload is an array is refused",
                          {"payload.not-object-accepted", "payload.skip", "payload.odd-500"}},
                         {"payload-string",
                          "a token whose payload is a string is refused",
                          {"payload.not-object-accepted", "payload.skip", "payload.odd-500"}},
                         {"payload-null",
                          "a token whose payload is null is refused",
                          {"payload.not-object-accepted", "payload.skip", "payload.odd-500"}},
                         {"payload-not-json",
                          "a token whose payload is not JSON is refused",
                          {"payload.not-object-accepted", "payload.skip", "payload.odd-500"}},
                         {"payload-depth-10000",
                          "a deeply nested payload makes no server error",
                          {"header.deep-500"},
                          survives_mutation("payload-depth-10000")},
                     })};

const Shared kLongPayload = by(check::Attacker::anyone, kPayload);

const check::Suite kLongPayloadCases{
    "signature", check::modes::jwt(),
    family(kLongPayload, {
                             {"payload-1mb",
                              "a token of a megabyte makes no server error",
                              {"credential.long-500"},
                              survives_mutation("payload-1mb")},
                         })};

}  // namespace
}  // namespace suites::signature
