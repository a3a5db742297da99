// What the introspection endpoint says of a token, and what the server makes of it.
#include "harness/check/family.h"
#include "harness/check/opaque.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using std::chrono::hours;

constexpr const char* kOddWhy =
    "A client library that reads the answer loosely takes \"false\" for true, or nothing for "
    "consent.";
constexpr const char* kOddFix =
    "Accept a token only where `active` is there and is the JSON value true.";
constexpr const char* kOddType =
    "the endpoint means that the token is active, so nothing is forged; but it is no boolean";
const std::vector<std::string> kOddRequirements = {"RS-08", "REF-7662-2"};

/// The good token is refused where the endpoint says this of it.
check::Body refuses_told(check::Change change, check::Refusal refusal = check::not_vouched_for()) {
  return check::refuses_token(std::move(change), std::move(refusal));
}

check::Finding inactive(Probe& probe) {
  const std::string token = probe.mint(probe.good());
  probe.context().issuer().opaque_tokens().revoke(token);
  return probe.refuses(check::Attempt{.credential = probe.carry(token)});
}

/// The authorization server contradicts itself.
check::Finding expired_but_active(Probe& probe) {
  const std::string token =
      probe.context().issuer().opaque_tokens().add(probe.good().expiring_in(hours{-1}));
  return probe.refuses(check::Attempt{.credential = probe.carry(token)});
}

check::Finding observe_foreign_issuer(Probe& probe) {
  jose::Recipe token = probe.good();
  token.claim("iss", "\"https://issuer.example\"");
  return probe.observes({.credential = probe.carry(probe.mint(token))}, "introspected_wrong_iss");
}

Finding refuses_missing_scope(Probe& probe) {
  jose::Recipe token = probe.good();
  token.claims.set_string("scope", "profile");
  Finding finding = probe.refuses(token, {.statuses = {403}, .challenge = false});
  // One answer, one finding.
  if (finding.cause == "401 instead of 403") {
    return Finding::skipped("the answer is " + finding.actual + ": see scope.not-401");
  }
  return check::no_bypass(std::move(finding),
                          "the operation is open to tokens that were not granted its scope",
                          check::Impact::privilege);
}

const check::Suite kStates{
    "introspection",
    {check::Mode::introspection},
    {
        {.id = "unknown",
         .title = "a token that nobody ever gave out is refused with 401",
         .sends = "A random token; the endpoint says active: false.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7662", "2.2"}, {"MCP", "token-handling"}},
         .requirements = {"RS-08", "RS-11", "REF-7662-2"},
         .needs = {.issuer = true},
         .faults = {"introspection.inactive-ok", "introspection.skip"},
         .why = "Whoever can type a random word is let in.",
         .fix = "Read `active` from the endpoint's answer; status 200 alone says nothing.",
         .run = check::refuses_unknown},
        {.id = "inactive",
         .title = "a token that is active no longer is refused with 401",
         .sends = "A token that was revoked before it was ever used; the endpoint says active: "
                  "false.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7662", "2.2"}, {"MCP", "token-handling"}},
         .requirements = {"RS-08", "RS-11", "REF-7662-2"},
         .needs = {.issuer = true},
         .faults = {"introspection.inactive-ok", "introspection.skip"},
         .why = "A token that its owner took back goes on working.",
         .fix = "Refuse a token with 401 invalid_token where `active` is false.",
         .run = inactive},
        {.id = "active-string",
         .title = "`active` as the string \"true\" makes no token good",
         .sends = "A good token of which the endpoint says active: \"true\".",
         .level = Level::bcp,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 7662", "2.2"}},
         .requirements = kOddRequirements,
         .needs = {.issuer = true},
         .faults = {"introspection.active-string-ok", "introspection.truthy",
                    "introspection.odd-500"},
         .why = kOddWhy,
         .fix = kOddFix,
         .run = check::active_by_issuer(
             refuses_told([](jose::Recipe& token) { token.claim("active", "\"true\""); }),
             kOddType)},
        {.id = "active-string-false",
         .title = "`active` as the string \"false\" makes no token good",
         .sends = "A token of which the endpoint says active: \"false\".",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7662", "2.2"}},
         .requirements = kOddRequirements,
         .needs = {.issuer = true},
         .faults = {"introspection.truthy", "introspection.odd-500"},
         .why = kOddWhy,
         .fix = kOddFix,
         .run = refuses_told([](jose::Recipe& token) { token.claim("active", "\"false\""); })},
        {.id = "active-number",
         .title = "`active` as a number makes no token good",
         .sends = "A token of which the endpoint says active: 1.",
         .level = Level::bcp,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 7662", "2.2"}},
         .requirements = kOddRequirements,
         .needs = {.issuer = true},
         .faults = {"introspection.truthy", "introspection.odd-500"},
         .why = kOddWhy,
         .fix = kOddFix,
         .run = check::active_by_issuer(
             refuses_told([](jose::Recipe& token) { token.claim("active", "1"); }), kOddType)},
        {.id = "active-missing",
         .title = "an answer without `active` makes no token good",
         .sends = "A token of which the endpoint says everything but `active`.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7662", "2.2"}},
         .requirements = kOddRequirements,
         .needs = {.issuer = true},
         .faults = {"introspection.active-missing-ok", "introspection.odd-500"},
         .why = "An error of the endpoint, or another service behind its URL, opens the server.",
         .fix = kOddFix,
         .run = refuses_told(
             [](jose::Recipe& token) { token.payload_text = token.claims.to_json(); })},
    }};

const check::Suite kClaims{
    "introspection",
    {check::Mode::introspection},
    {
        {.id = "expired-but-active",
         .title = "an active token whose exp has passed is refused",
         .sends = "A token of which the endpoint says active: true and an exp of an hour ago.",
         .level = Level::bcp,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 7662", "2.2"}, {"RFC 7662", "4"}, {"MCP", "token-handling"}},
         .requirements = {"RS-08", "RS-11"},
         .needs = {.issuer = true},
         .faults = {"exp.skip", "exp.after-iat-only", "exp.leeway-1h"},
         .why = "Answers are cached, also between the endpoint and the server; exp is what ends "
                "them.",
         .fix = "Compare exp with the clock on each request, also where `active` is true.",
         .run = check::active_by_issuer(
             expired_but_active,
             "the endpoint answered active: true, so nothing is forged; but the same answer says "
             "that the token expired an hour ago")},
        {.id = "wrong-aud",
         .title = "an active token for another server is refused",
         .sends = "A token of which the endpoint says active: true and the aud of another server.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .on_2025_03_26 = Level::bcp,
         .references = {{"RFC 8707", "2"}, {"RFC 7662", "2.2"}, {"MCP", "token-handling"}},
         .requirements = {"RS-09", "RS-12", "RS-13", "RS-17", "RS-18"},
         .needs = {.issuer = true},
         .faults = {"aud.skip"},
         .why = "That a token is active says nothing about where it may be used: whoever runs the "
                "other server can use his users' tokens here.",
         .fix = "Compare aud with this server's own resource URL.",
         .run = check::refuses_token(
             [](jose::Recipe& token) { token.claim("aud", "\"https://other.example/mcp\""); })},
        {.id = "missing-aud",
         .title = "an active token for nobody in particular is refused",
         .sends = "A token of which the endpoint says active: true and no aud.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .on_2025_03_26 = Level::bcp,
         .references = {{"RFC 8707", "2"}, {"MCP", "token-handling"}},
         .requirements = {"RS-09", "RS-12", "RS-13", "RS-17", "RS-18"},
         .needs = {.issuer = true},
         .faults = {"aud.missing-accepted", "aud.skip"},
         .why = "A token without audience works at every server of the issuer.",
         .fix = "Have the authorization server name the audience in its answer, and require it.",
         .run = check::refuses_token([](jose::Recipe& token) { token.without_claim("aud"); })},
        {.id = "wrong-iss",
         .title = "whether an active token whose answer names another issuer is accepted",
         .sends = "A token of which the endpoint says active: true and another iss.",
         // `iss` is optional (RFC 7662, 2.2), and the checks are the authorization server's (4).
         .level = Level::observe,
         .attacker = check::Attacker::issuer,
         .references = {{"RFC 7662", "2.2"}, {"RFC 7662", "4"}},
         .needs = {.issuer = true},
         .why = "An endpoint that answers for several issuers says active for all of them.",
         .fix = "Nothing has to be changed: RFC 7662 leaves these checks to the authorization "
                "server. Where its endpoint answers for several issuers, compare iss.",
         .run = observe_foreign_issuer},
        {.id = "wrong-token-type",
         .title = "an active token that is no bearer token is refused",
         .sends = "A token of which the endpoint says active: true and token_type: \"N_A\", which "
                  "is what token exchange calls a token that is no access token.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7662", "2.2"}, {"RFC 8693", "2.2.1"}},
         .requirements = {"RS-08"},
         .needs = {.issuer = true},
         .faults = {"token-type.skip"},
         .why = "A token that was bound to its owner's key, or that is for something else, is "
                "taken from whoever shows it.",
         .fix = "Where the answer has token_type, require Bearer, in any case.",
         .run = check::milder(
             refuses_told([](jose::Recipe& token) { token.claim("token_type", "\"N_A\""); }),
             "the token is active, but none that may be shown as a bearer "
             "token")},
        {.id = "insufficient-scope",
         .title = "an active token without the needed scope is refused with 403",
         .sends = "A token of which the endpoint says active: true and the scope \"profile\".",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .if_accepted = Level::must,
         .references = {{"RFC 7662", "2.2"}, {"RFC 6750", "3.1"}, {"MCP", "error-handling"}},
         .requirements = {"RS-08", "RS-22", "REF-10"},
         .needs = {.issuer = true, .scope = true},
         .faults = {"scope.skip"},
         .why = "The owner consented to something else than what the token is used for.",
         .fix = "Compare the scope of the answer with what the operation needs.",
         .run = refuses_missing_scope},
    }};

}  // namespace
