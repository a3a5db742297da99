#include <fmt/core.h>

#include <iterator>

#include "harness/check/fixed_secret.h"
#include "harness/check/refusal.h"
#include "harness/check/secret_unset.h"

namespace check {
namespace {

constexpr std::size_t kLong = 64UL << 10;
constexpr int kTimes = 4;

const char* const kStillGood =
    "not a way around authentication, for the good one is in the request; but the server reads "
    "something else there than what was sent";

const Refusal kUnreadable{.statuses = {401, 400}, .challenge = false};

Finding accepted_each_time(Probe& probe) {
  for (int i = 1; i <= kTimes; ++i) {
    const mcp::Answer answer = probe.send({.credential = probe.good_credential()});
    const bool good = answer.kind == mcp::Kind::result;
    probe.decisive(answer.exchange, !good);
    if (good) continue;
    return Finding::broken("a JSON-RPC result each time",
                           fmt::format("request {} of {}: {}", i, kTimes, answer.summary()),
                           "a fixed secret does not wear out");
  }
  return Finding::met(fmt::format("accepted {} times", kTimes));
}

/// Servers may hang up instead of reading so much; nobody is harmed by that.
Finding long_secret(Probe& probe) {
  if (!probe.control_accepted()) {
    return Finding::undecided("good credentials were refused just before");
  }
  const std::string text = probe.context().control_secret() + std::string(kLong, 'a');
  const mcp::Answer answer = probe.send({.credential = probe.carry(text)});
  Finding finding = answer.status() == 0
                        ? Finding::met("the server closed the connection")
                        : judge_refusal(answer, any_refusal(), {.control = probe.last_control()});
  probe.decisive(answer.exchange, finding.kind == Finding::Kind::broken);
  if (finding.ok() && !probe.control_accepted()) {
    return Finding::broken("a server that goes on to serve good credentials",
                           "good credentials were refused just after",
                           "one long header field is enough to stop the server");
  }
  return finding;
}

/// One way to come close, and what it shows where it gets in.
struct Row {
  const char* id;
  const char* title;  ///< {0} is the noun
  const char* sends;
  Attacker attacker = Attacker::anyone;
  NearMisses (*make)(const std::string& good) = nullptr;
  std::vector<std::string> faults;
  const char* why;
  const char* cwe;
};

constexpr const char* kCompare =
    "Compare the whole {0}, byte by byte, with a function for secrets that takes the same time "
    "wherever the difference is.";

std::vector<Row> rows() {
  return {
      {"wrong",
       "a wrong {0} is refused with 401",
       "A made-up {0} of the same length and kind of characters, and plain garbage.",
       Attacker::anyone,
       near_miss::unlike,
       {"secret.skip", "secret.form-only"},
       "Whoever knows what a {0} looks like can use every tool.",
       "CWE-287"},
      {"prefix",
       "the beginning of the {0} is refused with 401",
       "The good {0} without its last character, and its first half.",
       Attacker::token_holder,
       near_miss::beginnings,
       {"secret.skip", "secret.prefix-ok"},
       "A {0} that may be cut short is found character by character.",
       "CWE-187"},
      {"suffix",
       "the end of the {0} is refused with 401",
       "The good {0} without its first character, and its second half.",
       Attacker::token_holder,
       near_miss::endings,
       {"secret.skip", "secret.suffix-ok"},
       "A {0} that may be cut short is found character by character.",
       "CWE-187"},
      {"longer",
       "the {0} with more before or behind it is refused with 401",
       "The good {0} with one character more, behind it and before it.",
       Attacker::token_holder,
       near_miss::longer,
       {"secret.skip", "secret.contained-ok"},
       "What searches for the {0} in a text lets lists of guesses pass, thousands at a time.",
       "CWE-697"},
      {"first-byte-off",
       "the {0} with another first character is refused with 401",
       "The good {0} with its first character changed.",
       Attacker::token_holder,
       near_miss::first_byte,
       {"secret.skip", "secret.last-bytes"},
       "Characters that are not compared need not be guessed.",
       "CWE-187"},
      {"middle-byte-off",
       "the {0} with another character in its middle is refused with 401",
       "The good {0} with the character in its middle changed.",
       Attacker::token_holder,
       near_miss::middle_byte,
       {"secret.skip", "secret.first-bytes", "secret.last-bytes"},
       "Characters that are not compared need not be guessed.",
       "CWE-187"},
      {"last-byte-off",
       "the {0} with another last character is refused with 401",
       "The good {0} with its last character changed.",
       Attacker::token_holder,
       near_miss::last_byte,
       {"secret.skip", "secret.first-bytes"},
       "Characters that are not compared need not be guessed.",
       "CWE-187"},
      {"case-changed",
       "the {0} in other cases of letters is refused with 401",
       "The good {0} with upper and lower case exchanged.",
       Attacker::token_holder,
       near_miss::other_case,
       {"secret.skip", "secret.ignore-case"},
       "Each letter of the {0} is worth one bit less to whoever has to guess it.",
       "CWE-178"},
      {"sample-secrets",
       "the sample secrets of well-known documentation are refused with 401",
       "Placeholders such as changeme and your-secret-token-here, one after the other.",
       Attacker::anyone,
       near_miss::samples,
       {"secret.skip", "secret.sample-ok"},
       "They are the first that anybody tries.",
       "CWE-1392"},
  };
}

std::string about(const FixedSecret& what, const char* text) {
  return fmt::format(fmt::runtime(text), what.noun);
}

std::vector<Case> comparison_cases(const FixedSecret& what) {
  std::vector<Case> cases;
  for (const Row& row : rows()) {
    cases.push_back({.id = row.id,
                     .title = about(what, row.title),
                     .sends = about(what, row.sends),
                     .level = Level::must,
                     .attacker = row.attacker,
                     .references = {{"MCP", "error-handling"}, {row.cwe, ""}},
                     .requirements = {"RS-21"},
                     .faults = row.faults,
                     .why = about(what, row.why),
                     .fix = about(what, kCompare),
                     .run = refuses_family(near_misses_of(row.make))});
  }
  return cases;
}

std::vector<Case> form_cases(const FixedSecret& what) {
  return {
      {.id = "missing",
       .title = about(what, "a request without a {0} is refused with 401"),
       .sends = "The operation without " + what.field + ".",
       .level = Level::must,
       .attacker = Attacker::anyone,
       .references = {{"MCP", "error-handling"}, {"RFC 9110", "15.5.2"}},
       .requirements = {"RS-05", "RS-21"},
       .faults = {"credential.skip", "credential.missing-403", "credential.missing-200"},
       .why = "Whoever reaches the port can use every tool.",
       .fix = about(what, "Ask for the {0} in a layer in front of the MCP handler."),
       .run = refuses_attempt([](Probe&) { return without_credentials(); })},
      {.id = "empty",
       .title = about(what, "an empty {0} is refused with 401 or 400"),
       .sends = about(what, "The field of the {0} with nothing in its place."),
       .level = Level::must,
       .attacker = Attacker::anyone,
       .references = {{"MCP", "error-handling"}, {"CWE-287", ""}},
       .requirements = {"RS-21"},
       .faults = what.empty_fault,
       .why =
           about(what, "Where the server was started without a {0}, an empty one is equal to it."),
       .fix = about(what, "Refuse to start without a {0}, and refuse an empty one."),
       .run = refuses_attempt([](Probe& probe) { return Attempt{.credential = probe.carry("")}; },
                              {.statuses = {401, 400}})},
      {.id = "non-ascii",
       .title = about(what, "a {0} that is not ASCII is refused with 401 or 400"),
       .sends = about(what, "The good {0} with an é behind it, in UTF-8 and in Latin-1."),
       .level = Level::must,
       .attacker = Attacker::anyone,
       .references = {{"MCP", "error-handling"}, {"CWE-755", ""}},
       .requirements = {"RS-21"},
       .faults = {"secret.non-ascii-500"},
       .why = "Functions that compare secrets throw at what is not ASCII, and strangers get 500.",
       .fix = about(what, "Compare bytes, not text; or refuse such a {0} before."),
       .run = refuses_family(near_misses_of(near_miss::non_ascii), {.statuses = {401, 400}})},
      {.id = "long",
       .title = about(what, "a {0} of 64 KiB is refused, and the server goes on"),
       .sends = about(what, "The good {0} with 64 KiB of text behind it."),
       .level = Level::must,
       .attacker = Attacker::anyone,
       .references = {{"RFC 9110", "5.4"}, {"CWE-770", ""}},
       .faults = {"credential.long-500"},
       .why = "One request of a stranger must not cost more than its refusal.",
       .fix = "Bound what is read of a header field; 431 and 401 are good answers.",
       .run = long_secret},
      {.id = "surrounding-blanks",
       .title = about(what, "blanks that belong to the {0} are not stripped from it"),
       .sends = about(what, "The good {0} with a no-break space or %20 around it."),
       .level = Level::bcp,
       .attacker = Attacker::none,
       .if_accepted = Level::should,
       .references = {{"RFC 9110", "5.5"}, {"CWE-697", ""}},
       .faults = {"secret.trimmed"},
       .why = "Two readers that do not agree what a blank is see two different secrets.",
       .fix = "Strip nothing: HTTP has taken away what is not part of the value.",
       .run = milder(refuses_family(near_misses_of(near_miss::blanks), kUnreadable), kStillGood)},
      {.id = "null-byte",
       .title = about(what, "a null byte does not end the {0}"),
       .sends = about(what, "The good {0} with %00 and more behind it, then with a null byte."),
       .level = Level::bcp,
       .attacker = Attacker::none,
       .if_accepted = Level::should,
       .references = {{"RFC 9110", "5.5"}, {"CWE-158", ""}},
       .faults = {"secret.null-byte"},
       .why = "A server that reads text up to a null byte does so with other fields too.",
       .fix = "Do not decode percent signs in header fields; compare with the length known.",
       .run = milder(serves_none_of(near_misses_of(near_miss::null_bytes)), kStillGood)},
  };
}

std::vector<Case> place_cases(const FixedSecret& what) {
  const Refusal refused = kUnreadable;
  return {
      {.id = "doubled-header",
       .title = "two fields with credentials are refused, whichever of them is good",
       .sends =
           about(what, "The good {0} and a bad one, each in a field of its own, in both orders."),
       .level = Level::bcp,
       .attacker = Attacker::none,
       .if_accepted = Level::should,
       .references = {{"RFC 9110", "5.3"}},
       .requirements = {"RS-23"},
       .faults = {"credential.first-of-two", "credential.last-of-two"},
       .why = "Where a gateway checks the first field and the server behind it the last one, "
              "anybody passes.",
       .fix = "Refuse a request that has more than one. Some HTTP libraries drop or join them "
              "silently: then look at the raw list of fields.",
       .run = milder(refuses_family(doubled_field, any_refusal()), kStillGood)},
      {.id = "in-query",
       .title = about(what, "the {0} in the URL's query is refused"),
       .sends = about(what, "The good {0} as a parameter of the query, and nowhere else."),
       .level = Level::bcp,
       .attacker = Attacker::network,
       .if_accepted = Level::should,
       .references = {{"CWE-598", ""}},
       .faults = {"credential.query"},
       .why = "URLs end up in access logs, browser histories and Referer fields.",
       .fix = "Read it from " + what.field + " only.",
       .run = milder(refuses_attempt(secret_in_query, refused),
                     "it is taken from the URL, and URLs are written to logs")},
      {.id = "in-cookie",
       .title = about(what, "the {0} in a cookie is refused"),
       .sends = about(what, "The good {0} in cookies of likely names, one at a time."),
       .level = Level::bcp,
       .attacker = Attacker::network,
       .if_accepted = Level::should,
       .references = {{"CWE-352", ""}},
       .faults = {"credential.cookie"},
       .why = "Browsers send cookies on their own, so any page can act with the user's rights.",
       .fix = "Read it from " + what.field + " only.",
       .run = milder(refuses_family(secret_in_cookies, refused),
                     "it is taken from a cookie, and browsers send cookies on their own")},
      {.id = "in-body",
       .title = about(what, "the {0} in a form body is refused"),
       .sends = about(what, "The good {0} in an application/x-www-form-urlencoded body."),
       .level = Level::bcp,
       .attacker = Attacker::network,
       .if_accepted = Level::should,
       .references = {{"CWE-352", ""}},
       .faults = {"credential.form"},
       .why = "A form can be sent by any page across origins without a preflight.",
       .fix = "Read it from " + what.field + " only.",
       .run = milder(refuses_attempt(secret_in_form, any_refusal()),
                     "it is taken from a form, and any web page can send forms")},
      {.id = "other-header",
       .title = about(what, "the {0} in a field that is meant for something else is refused"),
       .sends = about(what, "The good {0} in X-Auth-Token, Proxy-Authorization and the like."),
       .level = Level::bcp,
       .attacker = Attacker::none,
       .if_accepted = Level::should,
       .references = {{"RFC 9110", "11.6.2"}, {"CWE-288", ""}},
       .faults = {"credential.other-field"},
       .why = "Proxies hide and log filters mask the field they know of, not the others.",
       .fix = "Read it from " + what.field + " only; where others are meant, document them.",
       .run = milder(refuses_family(secret_in_other_fields, refused),
                     "it is taken from a field that is not the one it belongs into")},
  };
}

std::vector<Case> good_cases(const FixedSecret& what) {
  return {
      {.id = "good",
       .title = about(what, "the good {0} is accepted, time after time"),
       .sends = about(what, "The operation with the good {0}, four times."),
       .level = Level::must,
       .attacker = Attacker::none,
       .references = {{"MCP", "error-handling"}},
       .requirements = {"RS-21"},
       .faults = {"credential.single-use"},
       .why = "Clients have nothing else to send: who is refused once stays locked out.",
       .fix = about(what, "Accept the {0} for as long as it is configured."),
       .run = accepted_each_time},
      {.id = "name-case",
       .title = about(what, "the name of the field with the {0} is taken in any case of letters"),
       .sends = about(what, "The good {0} in the field with its name in lower and in upper case."),
       .level = Level::must,
       .attacker = Attacker::none,
       .references = {{"RFC 9110", "5.1"}},
       .requirements = {"REF-9110-1"},
       .faults = {"credential.name-case"},
       .why = "Clients and proxies write names as they like, HTTP/2 in lower case always.",
       .fix = "Look fields up without regard to case.",
       .run = accepts_family(field_name_cases)},
  };
}

}  // namespace

std::vector<Case> fixed_secret_cases(const FixedSecret& what) {
  std::vector<Case> cases = good_cases(what);
  cases.push_back(secret_unset_case(what.noun));
  for (auto* const more : {form_cases, comparison_cases, place_cases}) {
    std::vector<Case> part = more(what);
    std::move(part.begin(), part.end(), std::back_inserter(cases));
  }
  return cases;
}

}  // namespace check
