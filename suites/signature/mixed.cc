// Texts that are a compact JWS for one reader and JSON for another.
#include "harness/check/case.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

const Shared kMixed{
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7519", "7.2"}, {"RFC 7515", "5.2"}, {"MCP", "token-handling"}},
    .why =
        "An attacker with any genuine token of the issuer, even an expired one for another server, "
        "writes claims of their own around its signature (CVE-2022-39227).",
    .fix =
        "Accept the compact serialization only, and read the claims from the bytes whose signature "
        "was verified.",
};

Row mixed(std::string id, std::string title) {
  check::Body body = check::refuses_mutation(id, kRefusedAsMalformed);
  return {std::move(id), std::move(title), {"form.mixed-serialization"}, std::move(body)};
}

const check::Suite kMixedCases{
    "signature", check::modes::jwt(),
    family(kMixed, {
                       mixed("mixed-json-flattened",
                             "Rejects forged claims in a member name of a genuine flattened JWS"),
                       mixed("mixed-json-general",
                             "Rejects forged claims in a member name of a genuine general JWS"),
                       mixed("mixed-json-flattened-spaces",
                             "Rejects forged claims after spaces in a genuine flattened JWS"),
                       mixed("mixed-json-general-spaces",
                             "Rejects forged claims after spaces in a genuine general JWS"),
                       mixed("mixed-json-extra-dots",
                             "Rejects forged claims among more dots in a genuine flattened JWS"),
                   })};

}  // namespace
}  // namespace suites::signature
