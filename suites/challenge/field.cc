// The Authorization field itself: schemes, blanks, words, lists.
#include <fmt/core.h>

#include "common/base/text.h"
#include "harness/check/family.h"

namespace {

using check::Attempt;
using check::authorization;
using check::Family;
using check::Level;
using check::Probe;

constexpr const char* kBad = "bm90LWEtdG9rZW4";  // b64token characters, yet no token of anybody

const char* const kStillValid =
    "not a way around authentication, for the good token is in the request; but the server reads "
    "something else there than what the grammar says, and so may a proxy in front of it";

/// What the server takes for a malformed field may get 400 as well.
const check::Refusal kUnreadable{.statuses = {401, 400}, .challenge = false};

std::string token_of(Probe& probe) { return probe.context().control_secret(); }

Family other_schemes(Probe& probe) {
  const std::string token = token_of(probe);
  Family family;
  for (const char* scheme : {"Basic", "Digest", "Token", "Negotiate"}) {
    family.push_back({scheme, {.credential = authorization(fmt::format("{} {}", scheme, token))}});
  }
  family.push_back({"no scheme", {.credential = authorization(token)}});
  return family;
}

Family scheme_cases(Probe& probe) {
  Family family;
  const std::string own = probe.scheme();
  std::string mixed = base::to_lower(own);
  mixed.back() = own == "DPoP" ? 'P' : 'R';
  for (const std::string& scheme : {base::to_lower(own), base::to_upper(own), mixed}) {
    family.push_back(
        {scheme, {.credential = authorization(fmt::format("{} {}", scheme, token_of(probe)))}});
  }
  return family;
}

Family trailing_words(Probe& probe) {
  const std::string token = token_of(probe);
  const std::string good = probe.scheme() + " " + token;
  return {{"`TOKEN extra`", {.credential = authorization(good + " extra")}},
          {"`TOKEN,`", {.credential = authorization(good + ",")}}};
}

Attempt two_fields(const Probe& probe, const std::string& first, const std::string& second) {
  return {.credential = {.label = "two Authorization fields",
                         .headers = {{"Authorization", probe.scheme() + " " + first},
                                     {"Authorization", probe.scheme() + " " + second}}}};
}

Family two_authorization_fields(Probe& probe) {
  const std::string token = token_of(probe);
  return {{"good, then bad", two_fields(probe, token, kBad)},
          {"bad, then good", two_fields(probe, kBad, token)}};
}

Family lists(Probe& probe) {
  const std::string token = token_of(probe);
  const auto list = [&](const std::string& first, const std::string& second) {
    return Attempt{.credential = authorization(
                       fmt::format("{0} {1}, {0} {2}", probe.scheme(), first, second))};
  };
  return {{"good, then bad", list(token, kBad)}, {"bad, then good", list(kBad, token)}};
}

const check::Suite field_cases{
    "challenge",
    check::modes::bearer_scheme(),
    {
        {.id = "wrong-scheme",
         .title = "a token under another scheme, or under none, is refused with 401 or 400",
         .sends =
             "The good token under the schemes Basic, Digest, Token and Negotiate, and under none.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6750", "2.1"}, {"RFC 9110", "11.4"}},
         .requirements = {"RS-10", "RS-21"},
         .faults = {"credential.any-scheme", "credential.bare-token"},
         .why = "The scheme says how the credentials are meant. A server that does not look at it "
                "takes credentials that were meant for another mechanism.",
         .fix = "Compare the scheme, in any case of letters, with Bearer and refuse all others.",
         .run = check::milder(check::refuses_family(other_schemes, kUnreadable), kStillValid)},
        {.id = "scheme-case",
         .title = "the scheme is taken in any case of letters",
         .sends = "The good token under the schemes bearer, BEARER and bEaReR.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "11.1"}},
         .requirements = {"REF-08"},
         .faults = {"credential.scheme-case"},
         .why = "Clients that write `bearer` are right and locked out.",
         .fix = "Compare the scheme without regard to case.",
         .run = check::accepts_family(scheme_cases)},
        {.id = "two-spaces",
         .title = "Accepts more than one space between scheme and token",
         .sends = "The valid token after two spaces.",
         // The grammar allows it, but no sentence of RFC 6750 says MUST of the server.
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6750", "2.1"}, {"RFC 9110", "11.4"}},
         .requirements = {"REF-09"},
         .faults = {"credential.single-space"},
         .why = "The grammar is 1*SP: a client that sends two spaces is right and cannot log in.",
         .fix = "Skip all spaces after the scheme instead of splitting at the first one.",
         .run = check::accepts_attempt([](Probe& probe) {
           return Attempt{.credential = authorization(probe.scheme() + "  " + token_of(probe))};
         })},
        {.id = "trailing-words",
         .title = "Rejects a valid token that is followed by something else",
         .sends = "\"Bearer TOKEN extra\" and \"Bearer TOKEN,\", with the valid token.",
         // A malformed request SHOULD get 400 (RFC 6750, section 3.1); nothing says MUST.
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6750", "2.1"}, {"RFC 6750", "3.1"}},
         .requirements = {"REF-09"},
         .faults = {"credential.trailing-words", "credential.trailing-comma"},
         .why = "Two readers of one field that stop at different places can be played against "
                "each other.",
         .fix = "Take the whole rest of the field as the token and refuse it unless it is one "
                "b64token.",
         .run = check::milder(check::refuses_family(trailing_words, check::any_refusal()),
                              kStillValid)},
        {.id = "two-authorization-headers",
         .title = "two Authorization fields are refused, whichever of them is good",
         .sends = "Two Authorization fields: the good token and a bad one, in both orders.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .if_accepted = Level::should,
         .references = {{"RFC 9110", "5.3"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-23"},
         .needs = {.modes = check::modes::issued()},
         .faults = {"credential.first-of-two", "credential.last-of-two"},
         .why = "Where a gateway checks the first field and the server behind it the last one, "
                "anybody passes.",
         .fix = "Refuse a request that has more than one Authorization field. Some HTTP "
                "libraries drop the second one silently: then look at the raw list of fields.",
         .run = check::milder(check::refuses_family(two_authorization_fields, check::any_refusal()),
                              kStillValid)},
        {.id = "credential-list",
         .title = "a list of credentials in one field is refused",
         .sends = "\"Bearer GOOD, Bearer BAD\" in one Authorization field, in both orders.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .if_accepted = Level::should,
         .references = {{"RFC 6750", "2.1"}},
         .requirements = {"REF-09"},
         .faults = {"credential.list", "credential.trailing-comma"},
         .why = "Authorization holds one credential. Trying several tells two readers different "
                "stories.",
         .fix = "Do not split the field at commas.",
         .run = check::milder(check::refuses_family(lists, check::any_refusal()), kStillValid)},
    }};

}  // namespace
