// Good tokens in all the forms that the specifications allow: a false refusal is a defect too.
#include <string>

#include "common/base/json.h"
#include "harness/check/case.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

using check::accepts_token;
using check::Finding;
using jose::Recipe;

constexpr std::size_t kLongClaim = 5'800;  ///< makes a token of about 8 KB

const Shared kGood{
    .attacker = check::Attacker::none,
    .references = {{"RFC 7519", "4.1"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08"},
    .why = "A server that refuses good tokens locks its users out.",
    .fix =
        "Accept what RFC 7519 allows: fractions in dates, aud as string or array, claims that "
        "you do not know.",
};
/// A server may limit the size of a header field, and answers 4xx beyond it.
const Shared kLong{
    .level = check::Level::should,
    .attacker = check::Attacker::none,
    .references = {{"RFC 9110", "5.4"}, {"RFC 9068", "2.2.3"}},
    .requirements = {"RS-08"},
    .why =
        "Tokens of users with many groups or roles grow beyond 8 KB; a server with a smaller limit "
        "locks these users out.",
    .fix =
        "Raise the limit on header fields to 16 KB, e.g. "
        "`server.max-http-request-header-size=16KB` "
        "or `node --max-http-header-size=16384`.",
};
const Shared kRightType{
    .level = check::Level::should,
    .attacker = check::Attacker::none,
    .references = {{"RFC 9068", "2.1"}},
    .requirements = {"RS-08"},
    .why = "RFC 9068 names access tokens at+jwt; issuers that follow it write so.",
    .fix = "Accept the typ at+jwt and application/at+jwt, in any case.",
};
const Shared kObservedGood{
    .level = check::Level::observe,
    .attacker = check::Attacker::none,
    .references = {{"RFC 9068", "2.2"}, {"RFC 9068", "4"}},
    .requirements = {"RS-08"},
    .why = "Issuers differ in what they write; it helps to know what a server insists on.",
    .fix = "Nothing has to be changed.",
};

std::string fraction(const Recipe& token, const char* claim) {
  const std::string* const value = token.claims.find(claim);
  return (value == nullptr ? std::to_string(token.now) : *value) + ".25";
}

void fractional_times(Recipe& token) {
  token.claim("exp", fraction(token, "exp"));
  token.claim("nbf", std::to_string(token.now - 60) + ".5");
  token.claim("iat", std::to_string(token.now - 60) + ".75");
  // A user has logged in before the token is issued.
  if (token.claims.find("auth_time") != nullptr) {
    token.claims.set_number("auth_time", token.now - 60);
  }
}

void audience_in_array(Recipe& token) {
  const std::string* const aud = token.claims.find("aud");
  // Some issuers write an array already.
  const bool array = aud->size() > 1 && aud->front() == '[';
  const std::string own = array ? aud->substr(1, aud->size() - 2) : *aud;
  token.claim("aud", R"(["https://other.example/mcp",)" + own + "]");
}

Finding accepts_audience_in_array(check::Probe& probe) {
  if (probe.good().claims.find("aud") == nullptr) {
    return Finding::skipped("the good token has no aud");
  }
  return accepts_token(audience_in_array)(probe);
}

void more_claims(Recipe& token) {
  token.claim("groups", R"(["staff","admin"])").claim("https://example.com/tenant", R"({"id":7})");
  token.claim("auth_time", std::to_string(token.now)).claim("ver", "2").claim("opt", "null");
}

const check::Suite kGoodCases{
    "claims", check::modes::claims(),
    family(
        kGood,
        {
            {"good",
             "a good token of another subject is accepted",
             {"payload.one-subject"},
             [](check::Probe& probe) { return probe.accepts(probe.good_for("bob")); },
             "The good token, for the subject bob.",
             {"auth-valid-audience-token-accepted"}},
            {"good-float-times",
             "a token with fractions in its dates is accepted",
             {"exp.float-refused"},
             accepts_token(fractional_times),
             "The good token with .25, .5 and .75 seconds in exp, nbf and iat."},
            {"good-aud-array",
             "a token for this server and another one is accepted",
             {"aud.array-refused"},
             accepts_audience_in_array,
             "The good token with aud as an array: another server and this one."},
            {"good-extra-claims",
             "a token with claims that nobody registered is accepted",
             {"payload.unknown-refused"},
             accepts_token(more_claims),
             "The good token with groups, ver, auth_time, a null and a claim whose name is a URL."},
            {"good-unicode-sub",
             "a token whose subject is not ASCII is accepted",
             {"payload.unicode-refused"},
             accepts_token(
                 [](Recipe& token) { token.claim("sub", base::json_string("Žofie Łąka 東京")); }),
             "The good token whose sub has Latin letters with marks and Chinese characters."},
        })};

// An opaque token does not grow with what is said of it.
const check::Suite kLongCases{
    "claims", check::modes::jwt(),
    family(kLong, {{"good-long",
                    "a token of 8 KB is accepted",
                    {"credential.long-refused"},
                    accepts_token([](Recipe& token) {
                      token.claim("long", base::json_string(std::string(kLongClaim, 'x')));
                    }),
                    "The good token with a claim of 5,800 characters."}})};

const check::Suite kRightTypeCases{
    "claims", check::modes::jwt(),
    family(kRightType,
           {
               {"good-typ-at-jwt",
                "a token whose typ is at+jwt is accepted",
                {"typ.at-jwt-refused"},
                accepts_token([](Recipe& token) { token.header_member("typ", R"("at+jwt")"); }),
                "The good token with the typ at+jwt."},
           })};

const check::Suite kObservedGoodCases{
    "claims", check::modes::claims(),
    family(kObservedGood,
           {
               {"good-typ-absent",
                "whether a token without typ is accepted",
                {},
                check::observes_token("typ_absent",
                                      [](Recipe& token) { token.without_header("typ"); }),
                "The good token without typ in its header.",
                {},
                check::modes::jwt()},
               {"sub-missing",
                "whether a token without sub is accepted",
                {},
                check::observes_token("sub_missing",
                                      [](Recipe& token) { token.without_claim("sub"); }),
                "The good token without sub."},
           })};

}  // namespace
}  // namespace suites::claims
