// The credential is an argument of the tool call: every value of it but the right one is refused.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "harness/check/family.h"

namespace {

using check::Attempt;
using check::Family;
using check::Level;
using check::Mode;
using check::Probe;

/// The credential's argument with that JSON value, or something else in its place.
Attempt with_value(Probe& probe, std::string_view json) {
  const std::string name = check::credential_argument(probe.target().mode, probe.target().profile);
  return {.credential =
              check::in_arguments(fmt::format("{{{}:{}}}", base::json_string(name), json))};
}

Attempt with_text(Probe& probe, std::string_view text) {
  return with_value(probe, base::json_string(text));
}

std::string good_text(Probe& probe) {
  const check::Context::Options& options = probe.context().options();
  if (options.supplied.given()) return options.supplied.text;
  if (probe.target().mode == Mode::stdio_jwt) return probe.mint(probe.good());
  return options.secrets.api_key;
}

/// What comes close to a secret of the user's is in no report either.
Attempt with_near_miss(Probe& probe, const std::string& text) {
  check::Context& context = probe.context();
  if (context.options().supplied.given()) context.redactor().add(text);
  return with_text(probe, text);
}

/// Another character of the same kind, so that the text stays as long.
void spoil(char& c) { c = c == '0' ? '1' : '0'; }

Family one_off(Probe& probe) {
  const std::string good = good_text(probe);
  Family family;
  const std::pair<const char*, std::size_t> places[] = {
      {"first", 0}, {"middle", good.size() / 2}, {"last", good.size() - 1}};
  for (const auto& [label, place] : places) {
    std::string text = good;
    spoil(text.at(place));
    family.push_back({fmt::format("the {} character differs", label), with_near_miss(probe, text)});
  }
  return family;
}

Family other_types(Probe& probe) {
  const std::string good = base::json_string(good_text(probe));
  return {{"true", with_value(probe, "true")},
          {"1", with_value(probe, "1")},
          {"{}", with_value(probe, "{}")},
          {"[]", with_value(probe, "[]")},
          {R"({"$ne": null})", with_value(probe, R"({"$ne":null})")},
          {"an array with the good one", with_value(probe, fmt::format(R"(["x",{}])", good))}};
}

/// Where READMEs of servers of this kind show a key, people leave it as it is.
Family sample_keys(Probe& probe) {
  Family family;
  for (const char* key :
       {"my-secret-key-123", "your-secret-key-here", "test-key-123", "your-api-key", "secret",
        "changeme", "password", "MyToken", "your-secret-token-here", "sk-test", "admin", "test"}) {
    family.push_back({fmt::format("\"{}\"", key), with_text(probe, key)});
  }
  return family;
}

Family parts(Probe& probe) {
  const std::string good = good_text(probe);
  return {{"its first character", with_near_miss(probe, good.substr(0, 1))},
          {"all but its last character", with_near_miss(probe, good.substr(0, good.size() - 1))},
          {"its first half", with_near_miss(probe, good.substr(0, good.size() / 2))}};
}

Family inner_parts(Probe& probe) {
  const std::string good = good_text(probe);
  return {{"all but its first character", with_near_miss(probe, good.substr(1))},
          {"its second half", with_near_miss(probe, good.substr(good.size() / 2))}};
}

Family elsewhere(Probe& probe) {
  const std::string good = base::json_string(good_text(probe));
  Family family;
  for (const char* name : {"Authorization", "AUTH_TOKEN ", "auth", "user"}) {
    family.push_back(
        {name, {.credential = check::in_arguments(fmt::format("{{\"{}\":{}}}", name, good))}});
  }
  return family;
}

check::Body refuses_value(std::string json) {
  return check::refuses_attempt(
      [json = std::move(json)](Probe& probe) { return with_value(probe, json); });
}

std::string flipped_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    } else if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return text;
}

check::Finding observes_blanks(Probe& probe) {
  return probe.observes(with_text(probe, " " + good_text(probe) + " "), "credential_with_blanks");
}

const std::vector<check::Reference> kAccess = {{"MCP", "server/tools#security-considerations"},
                                               {"CWE-287", ""}};
const char* const kWhy = "Whoever can call the tool can do so without the secret.";
const char* const kFix =
    "Before a tool runs, compare its credential argument, as a string and as a whole, with the "
    "configured secret in constant time; refuse whatever differs.";

struct Row {
  std::string id;
  std::string title;
  std::string sends;
  check::Attacker attacker = check::Attacker::anyone;
  std::vector<std::string> faults;
  check::Body run;
  check::Modes modes = check::modes::in_arguments();
};

std::vector<check::Case> cases_of(const std::vector<Row>& rows) {
  std::vector<check::Case> cases;
  for (const Row& row : rows) {
    cases.push_back({.id = row.id,
                     .title = row.title,
                     .sends = row.sends,
                     .level = Level::must,
                     .attacker = row.attacker,
                     .references = kAccess,
                     .requirements = {"REF-52"},
                     .needs = {.modes = row.modes},
                     .faults = row.faults,
                     .why = kWhy,
                     .fix = kFix,
                     .run = row.run});
  }
  return cases;
}

const check::Modes kFixedKey = {Mode::in_band, Mode::stdio_argument};

const check::Suite refused{
    "in-band", check::modes::in_arguments(),
    cases_of({
        {"missing",
         "a tool call without the credential's argument is refused",
         "A tool call without the argument that carries the credential, after one with it.",
         check::Attacker::anyone,
         {"argument.skip", "argument.missing", "argument.once"},
         check::refuses_attempt([](Probe&) { return check::without_credentials(); })},
        {"empty",
         "an empty credential is refused",
         "A tool call with an empty string as credential.",
         check::Attacker::anyone,
         {"argument.empty"},
         refuses_value("\"\"")},
        {"null",
         "null is no credential",
         "A tool call with null as credential.",
         check::Attacker::anyone,
         {"argument.null"},
         refuses_value("null")},
        {"not-a-string",
         "a credential that is no string is refused",
         "Tool calls with true, 1, objects and arrays as credential, one of them with the good one "
         "inside.",
         check::Attacker::anyone,
         {"argument.truthy", "argument.array"},
         check::refuses_family(other_types),
         kFixedKey},
        {"other-argument",
         "the credential counts in its own argument only",
         "Tool calls with the good credential under the names of other arguments.",
         check::Attacker::anyone,
         {"argument.missing"},
         check::refuses_family(elsewhere)},
        {"wrong",
         "a wrong credential is refused",
         "A tool call with a random credential of another length.",
         check::Attacker::anyone,
         {"argument.skip"},
         check::refuses_attempt(
             [](Probe& probe) { return with_text(probe, "wrong-" + base::random_hex(8)); })},
        {"wrong-same-length",
         "a wrong credential as long as the good one is refused",
         "A tool call with a random credential that is as long as the good one.",
         check::Attacker::anyone,
         {"argument.length"},
         check::refuses_attempt([](Probe& probe) {
           const std::size_t size = good_text(probe).size();
           return with_text(probe, base::random_hex(size).substr(0, size));
         }),
         kFixedKey},
        {"one-off",
         "a credential that differs in one character is refused",
         "Tool calls with the good credential but for its first, middle or last character.",
         check::Attacker::token_holder,
         {"argument.length", "argument.skip"},
         check::refuses_family(one_off),
         kFixedKey},
        {"prefix",
         "the beginning of the credential is refused",
         "Tool calls with the first character, the first half and all but the last character.",
         check::Attacker::token_holder,
         {"argument.prefix"},
         check::refuses_family(parts),
         kFixedKey},
        {"part",
         "a part of the credential is refused",
         "Tool calls with the second half, and with all but the first character.",
         check::Attacker::token_holder,
         {"argument.contained"},
         check::refuses_family(inner_parts),
         kFixedKey},
        {"suffix",
         "the credential with something behind it is refused",
         "A tool call with the good credential and one more character.",
         check::Attacker::token_holder,
         {"argument.longer"},
         check::refuses_attempt(
             [](Probe& probe) { return with_text(probe, good_text(probe) + "x"); }),
         kFixedKey},
        {"case",
         "the credential in another case is refused",
         "A tool call with the good credential, capitals and small letters exchanged.",
         check::Attacker::token_holder,
         {"argument.case"},
         check::refuses_attempt(
             [](Probe& probe) { return with_near_miss(probe, flipped_case(good_text(probe))); }),
         kFixedKey},
        {"nul",
         "a NUL does not end the comparison",
         "A tool call with the good credential, a NUL and something more.",
         check::Attacker::token_holder,
         {"argument.c-string"},
         check::refuses_attempt([](Probe& probe) {
           return with_text(probe, good_text(probe) + std::string(1, '\0') + "more");
         }),
         kFixedKey},
        {"long",
         "a credential of 64 KB is refused",
         "A tool call with 65536 characters as credential.",
         check::Attacker::anyone,
         {"argument.skip"},
         check::refuses_attempt(
             [](Probe& probe) { return with_text(probe, std::string(65'536, 'A')); })},
        {"sample-keys",
         "the sample keys of READMEs are refused",
         "Tool calls with the keys that READMEs and tutorials show.",
         check::Attacker::anyone,
         {"argument.sample"},
         check::refuses_family(sample_keys),
         kFixedKey},
    })};

const check::Suite observed{
    "in-band",
    kFixedKey,
    {{.id = "surrounding-blanks",
      .title = "whether blanks around the credential are ignored",
      .sends = "A tool call with the good credential between blanks.",
      .level = Level::observe,
      .attacker = check::Attacker::none,
      .requirements = {"REF-52"},
      .faults = {"argument.trim"},
      .why = "Nothing is forged, but the key is compared less strictly than it looks.",
      .fix = "Compare the argument as it came.",
      .run = observes_blanks}}};

}  // namespace
