// exp, nbf and iat.
#include <fmt/core.h>

#include "harness/check/case.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

using check::Finding;
using check::Outcome;
using check::Probe;
using std::chrono::seconds;

constexpr seconds kFewMinutes{300};
constexpr seconds kForever{86'400};

const Shared kExpired{
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7519", "4.1.4"}, {"MCP", "token-handling"}, {"OAuth 2.1", "5.2"}},
    .requirements = {"RS-08", "RS-10", "RS-11", "RS-35"},
    .why = "A stolen token works for as long as the server accepts it.",
    .fix = "Compare exp with the clock on every request and refuse with 401 invalid_token.",
};

/// Just past the leeway that the target was seen to grant. Its clock may tick between minting and
/// judging, so the measurement may be one second short.
Finding refuses_just_expired(Probe& probe) {
  const auto leeway = probe.context().leeway(probe);
  if (!leeway) return Finding::undecided("how long past exp tokens are accepted is not known");
  return probe.refuses(probe.good().expiring_in(-*leeway - seconds{2}));
}

const check::Suite kExpiredCases{
    "claims", check::modes::claims(),
    family(kExpired,
           {
               {"expired",
                "a token that ran out an hour ago is refused",
                {"exp.skip", "exp.after-iat-only", "exp.leeway-1h"},
                nullptr,
                "",
                {"auth-expired-token-rejected"}},
               {"expired-now",
                "a token that ran out just now is refused",
                {"exp.skip", "exp.after-iat-only"},
                refuses_just_expired,
                "The good token, ended two seconds longer ago than the leeway that was measured."},
           })};

const Shared kMissing{
    .level = check::Level::bcp,
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 9068", "2.2"}, {"RFC 8725", "3.8"}},
    .requirements = {"RS-08", "RS-35"},
    .why = "A token without an end is good for ever, however it was lost.",
    .fix = "Require exp.",
};

/// Nothing is forged; only where the profile declares that exp is required is it a breach.
Finding refuses_without_exp(Probe& probe) {
  Finding finding = check::refuses_mutation("exp-missing")(probe);
  if (finding.outcome == Outcome::accepted && !probe.target().profile.requires_exp) {
    finding.outcome = Outcome::not_applicable;
    finding.reason = "the token is good for ever";
    finding.cause.clear();
  }
  return finding;
}

const check::Suite kMissingCases{
    "claims", check::modes::jwt(),
    family(kMissing, {{"exp-missing",
                       "a token without exp is refused",
                       {"exp.missing-accepted", "exp.skip", "exp.odd-500"},
                       refuses_without_exp}})};

const Shared kOdd{
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 7519", "4.1.4"}, {"RFC 7519", "2"}},
    .requirements = {"RS-08", "RS-11"},
    .why = "An exp that is no date must not mean \"for ever\"; nor may it make the server fail.",
    .fix = "Refuse an exp that is not a finite JSON number.",
};

/// Not in mode introspection: there the authorization server has checked the times, and nothing
/// asks the server to check what it writes of them (RFC 7662, sections 2.2 and 4).
const check::Suite kOddCases{
    "claims", check::modes::jwt(),
    family(kOdd, {
                     {"exp-null",
                      "a token whose exp is null is refused",
                      {"exp.null-as-missing", "exp.skip", "exp.odd-500"}},
                     {"exp-bool",
                      "a token whose exp is true is refused",
                      {"exp.not-number-ignored", "exp.skip", "exp.odd-500"}},
                     {"exp-array",
                      "a token whose exp is an array is refused",
                      {"exp.not-number-ignored", "exp.skip", "exp.odd-500"}},
                     {"exp-negative",
                      "a token whose exp is negative is refused",
                      {"exp.unsigned", "exp.skip", "exp.after-iat-only"}},
                     {"exp-zero",
                      "a token whose exp is zero is refused",
                      {"exp.zero-never", "exp.skip", "exp.after-iat-only"}},
                 })};

const Shared kText{
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::should,
    .harmless = "the date was still to come, so nothing is overdue; but exp has to be a number",
    .references = kOdd.references,
    .requirements = kOdd.requirements,
    .why = "What one reader takes for a date and another does not, the two will judge differently.",
    .fix = kOdd.fix,
};
/// JSON allows the number, and read as what it says it is a date to come: accepting it breaks no
/// sentence of RFC 7519, but no reader of doubles can tell when it ends.
const Shared kBeyondNumbers{
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::should,
    .harmless = "JSON allows the number, but no clock will ever reach it",
    .references = kOdd.references,
    .requirements = kOdd.requirements,
    .why = "Where a reader makes infinity of it, the token is good for ever.",
    .fix = kOdd.fix,
};

const check::Suite kTextCases{
    "claims", check::modes::jwt(),
    family(kText, {{"exp-string",
                    "a token whose exp is a string is refused",
                    {"exp.string", "exp.not-number-ignored", "exp.skip", "exp.odd-500"}}})};

const Shared kPastText{
    .attacker = check::Attacker::issuer,
    .references = kOdd.references,
    .requirements = kOdd.requirements,
    .why =
        "A server that skips an exp of another type accepts such a token forever, and any issuer "
        "that writes dates as strings thereby issues tokens without an end.",
    .fix = kOdd.fix,
};

const check::Suite kPastTextCases{
    "claims", check::modes::jwt(),
    family(kPastText, {{"exp-string-past",
                        "Rejects a token whose exp is a string and an hour ago",
                        {"exp.not-number-ignored", "exp.skip", "exp.odd-500"}}})};

const check::Suite kBeyondNumbersCases{
    "claims", check::modes::jwt(),
    family(kBeyondNumbers, {{"exp-1e400",
                             "a token whose exp is beyond all numbers is refused",
                             {"exp.huge", "exp.odd-500"}}})};

const Shared kNotBefore{
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7519", "4.1.5"}, {"OAuth 2.1", "5.2"}},
    .requirements = {"RS-08", "RS-11"},
    .why = "The issuer said when the token begins to count, and it does not count yet.",
    .fix =
        "Where a token has nbf, refuse it before that time, and refuse an nbf that is no number.",
};

const check::Suite kNotBeforeCases{
    "claims", check::modes::claims(),
    family(kNotBefore, {
                           {"nbf-future",
                            "a token that begins in an hour is refused",
                            {"nbf.skip", "nbf.before-exp-only"}},
                       })};

const Shared kOddNotBefore = by(check::Attacker::issuer, kNotBefore);

const check::Suite kOddNotBeforeCases{
    "claims", check::modes::jwt(),
    family(kOddNotBefore, {
                              {"nbf-string",
                               "a token whose nbf is a string is refused",
                               {"nbf.not-number-ignored", "nbf.skip"}},
                          })};

const Shared kLeeway{
    .level = check::Level::bcp,
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 7519", "4.1.4"}},
    .requirements = {"RS-08", "RS-35"},
    .why = "Clock skew is a matter of seconds; every minute of leeway is one more for the thief.",
    .fix = "Allow a minute or two at most.",
};

Finding short_leeway(Probe& probe) {
  const auto leeway = probe.context().leeway(probe);
  if (!leeway) return Finding::undecided("how long past exp tokens are accepted is not known");
  const std::string actual =
      *leeway >= kForever
          ? "a token is accepted a day after its exp"
          : fmt::format("a token is accepted for {} s after its exp", leeway->count());
  if (*leeway <= kFewMinutes) return Finding::met(actual);
  return Finding::broken("not more than 300 s", actual,
                         "RFC 7519 allows \"usually no more than a few minutes\"");
}

const check::Suite kLeewayCases{
    "claims", check::modes::claims(),
    family(kLeeway, {{"leeway",
                      "an expired token is accepted for five minutes at most",
                      {"exp.leeway-10m", "exp.leeway-1h", "exp.skip", "exp.after-iat-only"},
                      short_leeway,
                      "Tokens that ended a while ago, longer and longer, until one is refused."}})};

const Shared kIssuedAt{
    .level = check::Level::observe,
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 7519", "4.1.6"}},
    .requirements = {},
    .why = "A token from the future says that two clocks differ, or that somebody plans ahead.",
    .fix = "Nothing has to be changed: RFC 7519 demands nothing of iat.",
};

const check::Suite kIssuedAtCases{
    "claims", check::modes::claims(),
    family(kIssuedAt, {{"iat-future",
                        "whether a token issued in an hour is accepted",
                        {},
                        observes_mutation("iat-future", "iat_future")}})};

}  // namespace
}  // namespace suites::claims
