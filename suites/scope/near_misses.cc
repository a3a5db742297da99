// Scopes that look like the needed one and are not.
#include <optional>

#include "common/base/text.h"
#include "suites/scope/needed.h"

namespace {

using check::Body;
using check::Family;
using check::Finding;
using check::Impact;
using check::Level;
using check::Probe;
using suites::Needed;

/// Scopes that somebody might take for `needed`; none where there are none.
using NearMisses = std::vector<std::string> (*)(const std::string& needed);

const char* const kNotGranted = "the scope was not granted, only one that resembles it";
const char* const kOtherReading =
    "by RFC 6749 blanks alone separate scopes, so this is one other scope; an issuer whose scopes "
    "hold such characters would grant more than it means to";

/// Whether it is 401, 400 or 403 is judged elsewhere; here it counts that it is none of 2xx.
const check::Refusal kRefused{.statuses = {403, 401, 400}, .challenge = false};

Body refuses(NearMisses near_misses, const char* reason, Impact impact = Impact::laxity) {
  return check::milder(
      suites::about_scopes([near_misses](Probe& probe, const Needed& needed) {
        Family family;
        for (const auto& text : near_misses(needed.scopes.back())) {
          // All other scopes are there: one thing differs.
          suites::Scopes scopes = needed.all();
          scopes.back() = text;
          const std::string claim = base::join(scopes, " ");
          family.push_back({"`" + claim + "`", suites::with_scope_text(probe, needed, claim)});
        }
        return check::refuses_each(probe, family, kRefused);
      }),
      reason, impact);
}

std::vector<std::string> containing(const std::string& needed) {
  return {"x" + needed, needed + "x", "x" + needed + "x"};
}

std::vector<std::string> beginning(const std::string& needed) {
  if (needed.size() < 2) return {};
  return {needed.substr(0, needed.size() - 1)};
}

std::vector<std::string> other_case(const std::string& needed) {
  const std::string upper = base::to_upper(needed);
  const std::string other = upper == needed ? base::to_lower(needed) : upper;
  if (other == needed) return {};
  return {other};
}

std::vector<std::string> comma(const std::string& needed) {
  return {"profile," + needed, needed + ",profile"};
}

std::vector<std::string> tab(const std::string& needed) {
  return {"profile\t" + needed, needed + "\tprofile"};
}

std::vector<std::string> newline(const std::string& needed) {
  return {"profile\n" + needed, needed + "\nprofile"};
}

Finding json_array_string(Probe& probe, const Needed& needed) {
  std::vector<std::string> quoted;
  for (const auto& scope : needed.all()) quoted.push_back("\"" + scope + "\"");
  const std::string text = "[" + base::join(quoted, ",") + "]";
  return probe.refuses(suites::with_scope_text(probe, needed, text), kRefused);
}

Finding empty(Probe& probe, const Needed& needed) {
  return probe.refuses(suites::with_scopes(probe, needed, {}), kRefused);
}

Finding missing(Probe& probe, const Needed& needed) {
  return probe.refuses(suites::without_scopes(probe, needed), kRefused);
}

/// What the cases of this file have in common.
check::Case near_miss(std::string id, std::string title, std::string sends, std::string fault,
                      std::string why, std::string fix, Body run) {
  return {.id = std::move(id),
          .title = std::move(title),
          .sends = std::move(sends),
          .level = Level::must,
          .attacker = check::Attacker::token_holder,
          .references = {{"RFC 6749", "3.3"}, {"MCP", "error-handling"}},
          .requirements = {"RS-08", "RS-22", "REF-10"},
          .needs = {.issuer = true},
          .faults = {std::move(fault)},
          .why = std::move(why),
          .fix = std::move(fix),
          .run = std::move(run)};
}

/// Only an issuer whose scopes hold such characters gives such a claim away.
check::Case by_issuer(check::Case one) {
  one.attacker = check::Attacker::issuer;
  return one;
}

/// For tokens whose scopes come as one claim; elsewhere lists may be separated otherwise.
check::Case of_claim(check::Case one) {
  one.needs.modes = check::modes::claims();
  return one;
}

/// RFC 6749 says which characters scopes have, and which one separates them, but not what to do
/// with others: an issuer that writes them is wrong, a server that reads them generously is not.
check::Case at(Level level, check::Case one) {
  one.level = level;
  return one;
}

const char* const kSplit =
    "Split the claim at blanks (%x20) and compare whole scopes for equality.";

const check::Suite near_misses_cases{
    "scope",
    suites::scoped_modes(),
    {
        near_miss("scope-substring", "a scope that only contains the needed one does not suffice",
                  "The good token with x before, behind and around the needed scope.",
                  "scope.substring",
                  "`read` is part of `read-nothing`; a search in the text grants both.", kSplit,
                  refuses(containing, kNotGranted, Impact::privilege)),
        near_miss("scope-prefix", "the beginning of the needed scope does not suffice",
                  "The good token with the needed scope less its last character.", "scope.prefix",
                  "Shorter scopes are no broader ones unless the server says so.",
                  "Compare whole scopes; write hierarchies down as a table.",
                  refuses(beginning, kNotGranted, Impact::privilege)),
        near_miss("scope-case", "the needed scope in other letters does not suffice",
                  "The good token with the needed scope in upper (or lower) case.", "scope.case",
                  "Scopes are case-sensitive; two issuers' conventions may differ in case alone.",
                  "Compare scopes byte by byte.", refuses(other_case, kNotGranted)),
        at(Level::should,
           of_claim(by_issuer(near_miss(
               "scope-comma", "a comma does not separate scopes",
               "The good token with the scope claim \"profile,NEEDED\", then \"NEEDED,profile\".",
               "scope.comma",
               "A comma is a character of scopes; whoever splits at it reads other scopes than "
               "the issuer wrote.",
               kSplit, refuses(comma, kOtherReading))))),
        at(Level::observe,
           of_claim(by_issuer(near_miss(
               "scope-tab", "a tab does not separate scopes",
               "The good token with a tab between profile and the needed scope.", "scope.tab",
               "Only blanks separate scopes; \\s in a pattern means more than that.", kSplit,
               refuses(tab, kOtherReading))))),
        at(Level::observe,
           of_claim(by_issuer(
               near_miss("scope-newline", "a line break does not separate scopes",
                         "The good token with a line break between profile and the needed scope.",
                         "scope.newline",
                         "Only blanks separate scopes; \\s in a pattern means more than that.",
                         kSplit, refuses(newline, kOtherReading))))),
        at(Level::should,
           of_claim(by_issuer(near_miss(
               "scope-json-array-string", "a text that holds a JSON array is not a set of scopes",
               "The good token with the scopes as a JSON array inside a string.",
               "scope.json-array-string",
               "Claims that are parsed twice mean different things to different readers.",
               "Take the claim as it is, text or array; parse nothing inside it.",
               check::milder(suites::about_scopes(json_array_string), kOtherReading))))),
        near_miss("scope-empty", "an empty set of scopes does not suffice",
                  "The good token with an empty scope claim.", "scope.empty-ok",
                  "No scope means no right; some code reads it as no restriction.",
                  "Ask whether all needed scopes are granted, not whether any granted one is "
                  "wrong.",
                  check::milder(suites::about_scopes(empty), kNotGranted, Impact::privilege)),
        of_claim(near_miss(
            "scope-missing", "a token without any scope claim does not suffice",
            "The good token without a scope claim.", "scope.missing-ok",
            "Tokens for other purposes of the same issuer have no scope at all.",
            "Treat a missing claim as an empty one.",
            check::milder(suites::about_scopes(missing), kNotGranted, Impact::privilege))),
    }};

}  // namespace
