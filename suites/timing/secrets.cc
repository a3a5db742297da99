// Fixed secrets: whether the time until a guess is refused tells how good it was.
#include <fmt/core.h>

#include <utility>

#include "harness/timing/words.h"
#include "suites/timing/comparison.h"
#include "suites/timing/guesses.h"

namespace {

using check::Finding;
using check::Impact;
using check::Level;
using check::Mode;
using check::Probe;
using suites::Comparison;
using suites::Guesses;
using suites::Harm;

constexpr const char* kTooShort =
    "the secret has too few letters and digits for a part of it to be told from all of it";

const Harm kFoundByPieces{
    Impact::exposure,
    "whoever sees how far a guess is right finds the secret character by "
    "character, in thousands of guesses instead of more than anybody can make"};
const Harm kLengthKnown{Impact::requirement,
                        "the length of the secret need not be guessed any more"};

/// Guesses go where the target looks for its credentials.
std::function<wire::Request()> carrying(Probe& probe, const std::function<std::string()>& guess) {
  check::Context& context = probe.context();
  return [&context, guess, request = suites::mcp_requests(probe)] {
    return request(context.carry(guess()).headers);
  };
}

/// `before` is what comes before the guess, such as a user and a colon.
Finding compare_prefix(Probe& probe, const std::string& name, const std::string& noun,
                       const std::string& before, const std::string& secret) {
  if (auto finding = suites::cannot_be_measured(probe)) return *finding;
  auto guesses = Guesses::at(secret, suites::random_seed());
  if (!guesses) return Finding::skipped(kTooShort);
  if (probe.context().options().supplied.given()) {
    suites::hide(probe.context(), before + secret.substr(0, secret.size() - Guesses::kTail));
  }
  Comparison asked = suites::mcp_comparison(probe, name);
  asked.near = fmt::format("a {} that shares all but its last {} characters with the good one",
                           noun, Guesses::kTail);
  asked.decoy = "one of the same form that shares none";
  asked.make_near = carrying(probe, [&] { return before + guesses->near(); });
  asked.make_decoy = carrying(probe, [&] { return before + guesses->decoy(); });
  return suites::compare(probe, asked, kFoundByPieces);
}

/// Made-up guesses of the right length and of another one, padded so that both have the same number
/// of bytes on the wire.
Comparison lengths(Probe& probe, const std::string& name, const std::string& noun, Guesses& guesses,
                   std::size_t right, std::size_t wrong) {
  const auto padded = [&](std::size_t length) {
    return [request = carrying(probe, [&guesses, length] { return guesses.anything(length); }),
            padding = std::string(right + 2 - length, 'x')] {
      wire::Request one = request();
      one.headers.push_back({"X-Padding", padding});
      return one;
    };
  };
  Comparison asked = suites::mcp_comparison(probe, name);
  asked.near = fmt::format("a wrong {} as long as the good one", noun);
  asked.decoy =
      fmt::format("one that is {} by one character", wrong < right ? "shorter" : "longer");
  asked.make_near = padded(right);
  asked.make_decoy = padded(wrong);
  return asked;
}

bool found_something(const suites::Measured& measured) {
  return !measured.instead && (measured.result.verdict == timing::Verdict::fail ||
                               measured.result.verdict == timing::Verdict::warn);
}

/// To read, copy or hash a longer guess takes longer, and gives nothing away. Only where the right
/// length stands out from the lengths on both of its sides, and in the same way, does the time say
/// something of the secret.
Finding compare_length(Probe& probe, const std::string& name, const std::string& noun) {
  if (auto finding = suites::cannot_be_measured(probe)) return *finding;
  const std::string secret = probe.context().control_secret();
  auto guesses = Guesses::at(secret, suites::random_seed());
  if (!guesses) return Finding::skipped(kTooShort);
  const std::size_t right = secret.size();
  const Comparison shorter = lengths(probe, name, noun, *guesses, right, right - 1);
  const auto first = suites::measure(probe, shorter);
  if (!found_something(first)) {
    suites::note(probe, shorter, first);
    return suites::judge(probe, shorter, first, kLengthKnown);
  }
  const Comparison longer = lengths(probe, name, noun, *guesses, right, right + 1);
  const auto second = suites::measure(probe, longer);
  const bool stands_out =
      found_something(second) && first.result.direction == second.result.direction;
  const char* const verdict = stands_out || second.instead ? "" : "PASS";
  suites::note(probe, shorter, first, verdict);
  suites::note(probe, longer, second, verdict);
  if (stands_out || second.instead) return suites::judge(probe, longer, second, kLengthKnown);
  return Finding::met(
      fmt::format("longer guesses take longer to be refused ({} a character), whatever the length "
                  "of the good {} is",
                  timing::duration_text(std::abs(first.result.measurement.difference_ns)), noun));
}

struct Parts {
  std::string user;
  std::string password;
};

Parts parts_of_login(Probe& probe) {
  const std::string login = probe.context().control_secret();
  const std::size_t colon = login.find(':');
  if (colon == std::string::npos) return {login, ""};
  return {login.substr(0, colon), login.substr(colon + 1)};
}

Finding compare_user(Probe& probe) {
  if (auto finding = suites::cannot_be_measured(probe)) return *finding;
  const Parts known = parts_of_login(probe);
  auto users = Guesses::at(known.user + "00000000", suites::random_seed());
  auto passwords = Guesses::at(known.password, suites::random_seed());
  if (!passwords || known.user.empty()) return Finding::skipped(kTooShort);
  const std::size_t length = known.password.size();
  const std::string nobody = users->anything(known.user.size());
  const auto login = [&](const std::string& user) {
    return carrying(probe, [&, user] { return user + ":" + passwords->anything(length); });
  };
  Comparison asked = suites::mcp_comparison(probe, "user-existence");
  asked.near = "a wrong password of a user that exists";
  asked.decoy = "one of a user that does not";
  asked.make_near = login(known.user);
  asked.make_decoy = login(nobody);
  return suites::compare(probe, asked,
                         {Impact::exposure, "whoever guesses knows which names to guess for"});
}

check::Body prefix(std::string name, std::string noun) {
  return [=](Probe& probe) {
    return compare_prefix(probe, name, noun, "", probe.context().control_secret());
  };
}

check::Body length(std::string name, std::string noun) {
  return [=](Probe& probe) { return compare_length(probe, name, noun); };
}

Finding compare_password(Probe& probe) {
  const Parts known = parts_of_login(probe);
  return compare_prefix(probe, "password-prefix", "password", known.user + ":", known.password);
}

constexpr const char* kPrefixWhy =
    "A comparison that stops at the first difference takes longer for each character that is "
    "right. "
    "With some thousand guesses per character the difference shows through the noise of a network.";
constexpr const char* kPrefixFix =
    "Compare with a function for secrets (crypto.timingSafeEqual, hmac.compare_digest, "
    "subtle.ConstantTimeCompare), best on hashes of both; never look a secret up in an index that "
    "compares its beginning.";
constexpr const char* kLengthWhy =
    "How long a secret is narrows a search, and a comparison that looks at the length first is "
    "often "
    "one that looks at the bytes in turn.";
constexpr const char* kLengthFix =
    "Hash what was offered before anything else, and compare the hashes.";

check::Needs needs(Mode mode) {
  return {.modes = {mode}, .alone = true, .waits = true, .loud = true};
}

/// The slowest is planted once: the matrix has to wait for each of its comparisons.
const std::vector<std::string> kEarlyExits = {"timing.early-exit-250ns", "timing.early-exit-1us"};
const std::vector<std::string> kAllEarlyExits = {"timing.early-exit-250ns", "timing.early-exit-1us",
                                                 "timing.early-exit-50us"};

const check::Suite secret_timing_cases{
    "timing",
    check::modes::fixed(),
    {
        {.id = "api-key-prefix",
         .title = "how long a wrong key takes to be refused does not tell how much of it is right",
         .sends =
             "Thousands of keys that are right but for their last three characters, and as many "
             "of the same form that are wrong from the first on, in random order.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-208", ""}},
         .requirements = {"REF-70"},
         .needs = needs(Mode::api_key),
         .faults = kAllEarlyExits,
         .why = kPrefixWhy,
         .fix = kPrefixFix,
         .run = prefix("api-key-prefix", "key")},
        {.id = "api-key-length",
         .title =
             "how long a wrong key takes to be refused does not tell how long the right one is",
         .sends =
             "Thousands of made-up keys of the right length, and as many that are one character "
             "shorter or longer, in random order.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-208", ""}},
         .requirements = {"REF-70"},
         .needs = needs(Mode::api_key),
         .faults = {"timing.length-first"},
         .why = kLengthWhy,
         .fix = kLengthFix,
         .run = length("api-key-length", "key")},
        {.id = "bearer-prefix",
         .title =
             "how long a wrong token takes to be refused does not tell how much of it is right",
         .sends = "Thousands of tokens that are right but for their last three characters, and as "
                  "many of the same form that are wrong from the first on, in random order.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "10.10"}, {"CWE-208", ""}},
         .requirements = {"REF-70"},
         .needs = needs(Mode::bearer),
         .faults = kEarlyExits,
         .why = kPrefixWhy,
         .fix = kPrefixFix,
         .run = prefix("bearer-prefix", "token")},
        {.id = "bearer-length",
         .title = "how long a wrong token takes to be refused does not tell how long the right one "
                  "is",
         .sends = "Thousands of made-up tokens of the right length, and as many that are one "
                  "character shorter or longer, in random order.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-208", ""}},
         .requirements = {"REF-70"},
         .needs = needs(Mode::bearer),
         .faults = {"timing.length-first"},
         .why = kLengthWhy,
         .fix = kLengthFix,
         .run = length("bearer-length", "token")},
        {.id = "password-prefix",
         .title = "how long a wrong password takes to be refused does not tell how much of it is "
                  "right",
         .sends = "Thousands of passwords of the user that are right but for their last three "
                  "characters, and as many that are wrong from the first on, in random order.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "10.10"}, {"CWE-208", ""}},
         .requirements = {"REF-70"},
         .needs = needs(Mode::basic),
         .faults = kEarlyExits,
         .why = kPrefixWhy,
         .fix = kPrefixFix,
         .run = compare_password},
        {.id = "user-existence",
         .title = "how long a wrong password takes to be refused does not tell whether the user "
                  "exists",
         .sends = "Thousands of made-up passwords of a user that exists, and as many of one that "
                  "does not, in random order.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-208", ""}, {"CWE-204", ""}},
         .requirements = {"REF-71"},
         .needs = needs(Mode::basic),
         .faults = {"timing.user-before-kdf"},
         .why =
             "Lists of users are what password spraying and phishing begin with; a slow hash that "
             "is computed for real users only tells them apart from far away.",
         .fix = "Hash the password of an unknown user as well, against a hash that was made up.",
         .run = compare_user},
    }};

}  // namespace
