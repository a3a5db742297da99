// RFC 7617: user-id and password.
#include <fmt/core.h>

#include "common/base/base64.h"
#include "harness/check/fixed_secret.h"
#include "harness/check/secret_unset.h"

namespace {

using check::Attempt;
using check::Family;
using check::Finding;
using check::Level;
using check::NearMisses;
using check::Probe;

/// What is not the credential's own encoding may get 400 as well.
const check::Refusal kUnreadable{.statuses = {401, 400}};

struct Pair {
  std::string user;
  std::string password;
};

/// The first colon separates (RFC 7617, section 2).
Pair parts(const std::string& good) {
  const std::size_t colon = good.find(':');
  if (colon == std::string::npos) return {good, ""};
  return {good.substr(0, colon), good.substr(colon + 1)};
}

/// The good user with something else for a password.
NearMisses with_passwords(const std::string& good, NearMisses passwords) {
  const Pair pair = parts(good);
  for (auto& near : passwords) near.secret = pair.user + ":" + near.secret;
  return passwords;
}

NearMisses wrong_users(const std::string& good) {
  const auto [user, password] = parts(good);
  return {{"another user", "nobody-" + user + ":" + password}, {"no user", ":" + password}};
}

NearMisses wrong_passwords(const std::string& good) {
  return with_passwords(good, check::near_miss::unlike(parts(good).password));
}

NearMisses empty_passwords(const std::string& good) {
  return {{"the user without a password", parts(good).user + ":"}, {"neither of them", ":"}};
}

NearMisses close_passwords(const std::string& good) {
  const std::string password = parts(good).password;
  if (password.empty()) return {};
  NearMisses all = check::near_miss::beginnings(password);
  for (auto* const make : {check::near_miss::longer, check::near_miss::other_case}) {
    for (auto& near : make(password)) all.push_back(std::move(near));
  }
  return with_passwords(good, std::move(all));
}

NearMisses no_colon(const std::string& good) {
  const auto [user, password] = parts(good);
  return {{"the user alone", user}, {"both without a colon between them", user + password}};
}

/// A password up to its own first colon, and another text after it.
NearMisses after_colon(const std::string& good) {
  const auto [user, password] = parts(good);
  const std::size_t colon = password.find(':');
  if (colon == std::string::npos) return {};
  const std::string head = user + ":" + password.substr(0, colon);
  return {{"another text after the password's colon", head + ":other"},
          {"the password up to its colon", head}};
}

NearMisses not_ascii(const std::string& good) {
  const auto [user, password] = parts(good);
  return {{"an é inside the password", user + ":\xC3\xA9" + password},
          {"bytes inside the password that are not UTF-8", user + ":\xFF\xFE" + password}};
}

NearMisses null_bytes(const std::string& good) {
  return {{"a null byte and more behind the password", good + std::string("\0x", 2)}};
}

Family empty_fields(Probe&) {
  return {{"the scheme alone", {.credential = check::authorization("Basic")}},
          {"the scheme and blanks", {.credential = check::authorization("Basic    ")}},
          {"the scheme and \"=\"", {.credential = check::authorization("Basic =")}}};
}

Family not_base64(Probe&) {
  Family family;
  for (const char* text : {"!!!!", "a", "this-is-not-base64*", "YWxpY2U6cGFzcw===="}) {
    family.push_back({text, {.credential = check::authorization(fmt::format("Basic {}", text))}});
  }
  return family;
}

Family sloppy_base64(Probe& probe) {
  const std::string good = base::base64_encode(probe.context().control_secret());
  const std::string bare = good.substr(0, good.find_last_not_of('=') + 1);
  const auto sent = [&](const std::string& text) {
    if (probe.context().options().supplied.given()) probe.context().redactor().add(text);
    return Attempt{.credential = check::authorization("Basic " + text)};
  };
  Family family = {{"a character inside that base64 does not have",
                    sent(good.substr(0, 4) + "." + good.substr(4))}};
  if (bare != good) family.push_back({"without its padding", sent(bare)});
  return family;
}

Family scheme_cases(Probe& probe) {
  Family family;
  const std::string good = base::base64_encode(probe.context().control_secret());
  for (const char* scheme : {"basic", "BASIC", "bAsIc"}) {
    family.push_back(
        {scheme, {.credential = check::authorization(fmt::format("{} {}", scheme, good))}});
  }
  return family;
}

Finding colon_in_password(Probe& probe) {
  const Family family = check::near_misses_of(after_colon)(probe);
  if (family.empty()) return Finding::skipped("the password has no colon in it");
  return check::worst(
      {probe.accepts({.credential = probe.good_credential()}), check::refuses_each(probe, family)});
}

Finding challenge(Probe&, const mcp::Answer& answer) {
  const std::string expected = "a challenge with the scheme Basic and a realm";
  const mcp::Challenge* basic = answer.challenge("Basic");
  if (basic == nullptr) {
    return Finding::broken(expected, answer.summary(),
                           "a client is not told that it can send user and password");
  }
  if (basic->parameter("realm") != nullptr) return Finding::met(answer.summary());
  return Finding::broken(expected, answer.summary(), "the realm is required for this scheme");
}

check::Body refuses(NearMisses (*make)(const std::string& good),
                    const check::Refusal& refusal = {}) {
  return check::refuses_family(check::near_misses_of(make), refusal);
}

const check::Suite basic_cases{
    "basic",
    {check::Mode::basic},
    {
        {.id = "missing",
         .title = "a request without credentials is refused with 401",
         .sends = "The operation without the Authorization field.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7617", "2"}, {"RFC 9110", "15.5.2"}},
         .requirements = {"RS-05", "RS-21"},
         .faults = {"credential.skip", "credential.missing-403", "challenge.skip"},
         .why = "Whoever reaches the port can use every tool.",
         .fix = "Ask for credentials in a layer in front of the MCP handler.",
         .run = check::refuses_attempt([](Probe&) { return check::without_credentials(); })},
        {.id = "wrong-user",
         .title = "the right password of another user is refused with 401",
         .sends = "The good password with another user, and with none.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7617", "2"}, {"MCP", "error-handling"}},
         .requirements = {"RS-21"},
         .faults = {"basic.skip", "basic.user-ignored"},
         .why = "Nobody can tell who did what, and a user who is removed is not locked out.",
         .fix = "Compare both, user and password.",
         .run = refuses(wrong_users)},
        {.id = "wrong-password",
         .title = "a wrong password is refused with 401",
         .sends = "The good user with a made-up password of the same form, and with garbage.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7617", "2"}, {"MCP", "error-handling"}},
         .requirements = {"RS-21"},
         .faults = {"basic.skip", "basic.password-ignored"},
         .why = "User names are no secret.",
         .fix = "Compare both, user and password.",
         .run = refuses(wrong_passwords)},
        {.id = "empty",
         .title = "credentials without a password are refused with 401",
         .sends = "The good user with an empty password, and a colon alone.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7617", "2"}, {"MCP", "error-handling"}},
         .requirements = {"RS-21"},
         .faults = {"basic.skip", "basic.empty-password-ok"},
         .why = "Where the server was started without a password, an empty one is equal to it; "
                "LDAP servers take a login without a password for an anonymous one.",
         .fix = "Refuse an empty password before it is compared with anything.",
         .run = refuses(empty_passwords)},
        {.id = "empty-field",
         .title = "the scheme Basic with nothing behind it is refused with 401 or 400",
         .sends = "\"Authorization: Basic\", alone, with blanks and with \"=\".",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7617", "2"}, {"RFC 9110", "11.4"}},
         .requirements = {"RS-21"},
         .faults = {"credential.empty-value"},
         .why = "Empty credentials that count as nothing to check let anybody in.",
         .fix = "Treat them like credentials that are wrong.",
         .run = check::refuses_family(empty_fields, kUnreadable)},
        {.id = "close-password",
         .title = "what comes close to the password is refused with 401",
         .sends = "The good password cut short, with a character more, in other cases of letters.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7617", "2"}, {"CWE-187", ""}},
         .requirements = {"RS-21"},
         .faults = {"basic.skip", "basic.password-prefix", "basic.password-case"},
         .why = "A password of which parts suffice is found part by part.",
         .fix = "Compare the whole of it, byte by byte, with a function for secrets that takes the "
                "same time wherever the difference is.",
         .run = refuses(close_passwords)},
        {.id = "no-colon",
         .title = "credentials without a colon are refused with 401 or 400",
         .sends = "The good user alone, and user and password with no colon between them.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7617", "2"}},
         .requirements = {"RS-21"},
         .faults = {"basic.skip", "basic.no-colon-ok"},
         .why = "Where a missing password is nothing to compare, the user's name opens the door.",
         .fix = "Refuse what has no colon.",
         .run = refuses(no_colon, kUnreadable)},
        {.id = "colon-in-password",
         .title = "a password with a colon is taken whole",
         .sends = "The good password, which has a colon; then with another text after its colon, "
                  "and without what follows it.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7617", "2"}},
         .requirements = {"REF-7617-2"},
         .faults = {"basic.skip", "basic.colon-cuts-password"},
         .why = "What splits at every colon compares the first part of the password only.",
         .fix = "Split at the first colon, once.",
         .run = colon_in_password},
        {.id = "bad-base64",
         .title = "credentials that are not base64 are refused with 401 or 400",
         .sends = "Texts behind the scheme that no base64 decoder takes.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7617", "2"}, {"RFC 4648", "3.3"}},
         .requirements = {"RS-21"},
         .faults = {"basic.bad-base64-500"},
         .why = "An unhandled error of the decoder is a 500 for everybody to cause.",
         .fix = "Answer 401 where decoding fails.",
         .run = check::refuses_family(not_base64, kUnreadable)},
        {.id = "sloppy-base64",
         .title = "good credentials in base64 that is not quite right are refused",
         .sends = "The good credentials without padding, and with a character that base64 does "
                  "not have.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .if_accepted = Level::should,
         .references = {{"RFC 4648", "3.3"}, {"RFC 7617", "2"}},
         .faults = {"basic.lenient-base64"},
         .why = "Two readers that skip different characters see two different users.",
         .fix = "Decode strictly.",
         .run = check::milder(check::refuses_family(sloppy_base64, kUnreadable),
                              "the good credentials are in the request, though spelled wrongly")},
        {.id = "utf-8",
         .title = "a wrong password that is not ASCII is refused with 401 or 400",
         .sends = "The good password with an é inside, and with bytes inside that are not UTF-8.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7617", "2.1"}, {"CWE-755", ""}},
         .requirements = {"RS-21"},
         .faults = {"basic.skip", "basic.non-ascii-ignored", "basic.utf8-500"},
         .why = "Decoders that drop what they do not know make a right password of a wrong one, "
                "others throw.",
         .fix = "Compare bytes; where text is wanted, decode UTF-8 strictly and refuse the rest.",
         .run = refuses(not_ascii, kUnreadable)},
        {.id = "null-byte",
         .title = "a null byte does not end the password",
         .sends = "The good password with a null byte and more behind it.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7617", "2"}, {"CWE-158", ""}},
         .faults = {"basic.skip", "basic.null-byte"},
         .why = "Control characters are no part of a password; what stops at one compares less "
                "than was sent.",
         .fix = "Refuse control characters, and compare with the length known.",
         .run = check::milder(refuses(null_bytes, kUnreadable),
                              "the good password is in the request, with more behind it")},
        {.id = "scheme-case",
         .title = "the scheme is taken in any case of letters",
         .sends = "The good credentials under the schemes basic, BASIC and bAsIc.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9110", "11.1"}, {"RFC 7617", "2"}},
         .requirements = {"REF-08"},
         .faults = {"credential.scheme-case"},
         .why = "Clients that write `basic` are right and locked out.",
         .fix = "Compare the scheme without regard to case.",
         .run = check::accepts_family(scheme_cases)},
        {.id = "challenge",
         .title = "the challenge of a 401 names the scheme Basic and a realm",
         .sends = "The operation without credentials.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7617", "2"}, {"RFC 9110", "11.6.1"}},
         .requirements = {"REF-01", "REF-7617-1"},
         .faults = {"challenge.wrong-scheme", "challenge.no-realm"},
         .why = "Clients do not send user and password unasked, and browsers do not ask for them.",
         .fix = "Answer with WWW-Authenticate: Basic realm=\"…\", charset=\"UTF-8\".",
         .run = check::examines_refusal([](Probe&) { return check::without_credentials(); }, 401,
                                        challenge)},
        {.id = "doubled-header",
         .title = "two Authorization fields are refused, whichever of them is good",
         .sends = "The good credentials and bad ones, each in a field of its own, in both orders.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .if_accepted = Level::should,
         .references = {{"RFC 9110", "5.3"}},
         .requirements = {"RS-23"},
         .faults = {"credential.first-of-two", "credential.last-of-two"},
         .why = "Where a gateway checks the first field and the server behind it the last one, "
                "anybody passes.",
         .fix = "Refuse a request that has more than one Authorization field.",
         .run = check::milder(check::refuses_family(check::doubled_field, check::any_refusal()),
                              "not a way around authentication, for the good "
                              "credentials are in the request; but a proxy may read the others")},
    }};

const check::Suite basic_unset{
    "basic", {check::Mode::basic}, {check::secret_unset_case("password")}};

}  // namespace
