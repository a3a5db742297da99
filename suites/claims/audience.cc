// Tokens for somebody else.
#include "harness/check/case.h"
#include "mock-idp/jose/mutation.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

const std::vector<check::Reference> kSources = {
    {"MCP", "token-handling"},
    {"MCP security", "token-audience-binding-and-validation"},
    {"RFC 8707", "2"},
    {"RFC 7519", "4.1.3"},
};
const std::vector<std::string> kRequirements = {"RS-09", "RS-12", "RS-13", "RS-17", "RS-18"};

const Shared kForeign{
    .attacker = check::Attacker::token_holder,
    .on_2025_03_26 = check::Level::bcp,
    .references = kSources,
    .requirements = kRequirements,
    .why =
        "A token that a user gave to another server opens this one: whoever runs the other "
        "server acts as the user here.",
    .fix =
        "Accept a token only if aud is, or has as one element, exactly this server's own "
        "identifier; compare whole strings.",
};

const check::Suite kForeignCases{
    "claims", check::modes::claims(),
    family(kForeign,
           {
               {"aud-missing",
                "a token without aud is refused",
                {"aud.missing-accepted", "aud.skip"},
                nullptr,
                "",
                {"auth-missing-audience-token-rejected"}},
               {"aud-other",
                "a token for another server is refused",
                {"aud.skip"},
                nullptr,
                "",
                {"auth-wrong-audience-token-rejected"}},
               {"aud-array-of-others",
                "a token for two other servers is refused",
                {"aud.any-array", "aud.skip"}},
               {"aud-prefix",
                "a token whose aud lacks our last character is refused",
                {"aud.is-prefix", "aud.skip"}},
               {"aud-suffix",
                "a token whose aud lacks our first character is refused",
                {"aud.is-suffix", "aud.skip"}},
               {"aud-superstring",
                "a token whose aud has one character more is refused",
                {"aud.starts-with", "aud.contains", "aud.skip"}},
               {"aud-superstring-front",
                "a token for a URL that has ours inside is refused",
                {"aud.contains", "aud.skip"}},
               {"aud-path-case",
                "a token whose aud has our path in the other case is refused",
                {"aud.case-insensitive", "aud.same-origin", "aud.skip"}},
               {"aud-space-joined",
                "a token whose aud is a list of words is refused",
                {"aud.words", "aud.starts-with", "aud.contains", "aud.skip"}},
               {"aud-client-id",
                "a token whose aud is its own client is refused",
                {"aud.client-id", "aud.skip"}},
               {"aud-sibling-path",
                "a token for another path of our origin is refused",
                {"aud.same-origin", "aud.skip"}},
               {"aud-regex-dot",
                "a token whose aud matches ours as a pattern only is refused",
                {"aud.regex", "aud.skip"}},
               {"id-token", "an ID token of our issuer is refused", {"aud.client-id", "aud.skip"}},
           })};

const Shared kOddAudience = by(check::Attacker::issuer, kForeign);

const check::Suite kOddAudienceCases{
    "claims", check::modes::claims(),
    family(kOddAudience,
           {
               {"aud-empty-string",
                "a token whose aud is empty is refused",
                {"aud.empty-accepted", "aud.skip"}},
               {"aud-empty-array",
                "a token whose aud is an empty array is refused",
                {"aud.empty-accepted", "aud.skip"}},
               {"aud-null",
                "a token whose aud is null is refused",
                {"aud.not-string-ignored", "aud.skip", "aud.odd-500"}},
               {"aud-number",
                "a token whose aud is a number is refused",
                {"aud.not-string-ignored", "aud.skip", "aud.odd-500"}},
               {"aud-object",
                "a token whose aud is an object with our name in it is refused",
                {"aud.not-string-ignored", "aud.object-keys", "aud.skip", "aud.odd-500"}},
           })};

/// MCP has clients accept upper case in URLs; an audience is compared exactly all the same (RFC
/// 7519, sections 2 and 4.1.3).
const Shared kCanonical{
    .level = check::Level::observe,
    .attacker = check::Attacker::none,
    .references = {{"MCP", "canonical-server-uri"}, {"RFC 7519", "4.1.3"}},
    .requirements = {"ALL-09"},
    .why = "Scheme and host mean the same in either case, but an audience is compared as a string.",
    .fix = "Nothing has to be changed. Publish the resource URL in lower case.",
};

const check::Suite kCanonicalCases{
    "claims", check::modes::claims(),
    family(kCanonical, {{"aud-upper-case-host",
                         "Whether a token whose aud has scheme and host in upper case is accepted",
                         {"aud.scheme-case"},
                         observes_mutation("aud-upper-case-host", "aud_upper_case_host")}})};

const Shared kObserved{
    .level = check::Level::observe,
    .attacker = check::Attacker::token_holder,
    .references = {{"MCP", "canonical-server-uri"}},
    .requirements = {},
    .why = "Servers differ in which other spellings of their own URL they take.",
    .fix = "Nothing has to be changed.",
};

const check::Suite kObservedCases{
    "claims", check::modes::claims(),
    family(kObserved, {
                          {"aud-parent-origin",
                           "whether a token for our origin is accepted",
                           {},
                           observes_mutation("aud-parent-origin", "aud_parent_origin")},
                          {"aud-trailing-slash",
                           "whether a token for our URL and a slash is accepted",
                           {},
                           observes_mutation("aud-trailing-slash", "aud_trailing_slash")},
                      })};

}  // namespace
}  // namespace suites::claims
