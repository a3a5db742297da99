#include "harness/check/secret_unset.h"

#include <fmt/core.h>

#include "harness/check/another.h"
#include "harness/check/family.h"
#include "harness/check/fixed_secret.h"

// A server that was started without its secret cannot tell its clients from anyone else. What some
// servers do then: serve everyone, or compare with the empty text, or with how their language
// writes a missing value.

namespace check {
namespace {

/// A missing value as text, in JavaScript, Python, Java, Go and shells; then the empty text.
constexpr const char* kMissing[] = {"undefined", "null", "None", "nil", "<nil>", "false", "0", ""};

std::string quoted(const std::string& text) {
  return text.empty() ? "an empty secret" : "\"" + text + "\"";
}

/// Each text where clients of this mode send their secret; with user and password also for both.
Family with_texts(Probe& probe, const std::vector<std::string>& texts) {
  Family family;
  const bool basic = probe.target().mode == Mode::basic;
  const std::string& user = probe.context().options().secrets.basic_user;
  for (const std::string& text : texts) {
    if (!basic) {
      family.push_back({quoted(text), {.credential = probe.carry(text)}});
      continue;
    }
    for (const std::string& name : {user, text}) {
      family.push_back({fmt::format("the user \"{}\" with {}", name, quoted(text)),
                        {.credential = probe.carry(name + ":" + text)}});
    }
  }
  return family;
}

/// Valid tokens but for the secret that they are signed with.
Family signed_with(Probe& probe, const std::vector<std::string>& texts) {
  Family family;
  for (const std::string& text : texts) {
    jose::Recipe token = probe.good();
    token.signed_with_secret(text, probe.context().calibration().alg);
    family.push_back(
        {"a token signed with " + quoted(text), {.credential = probe.carry(probe.mint(token))}});
  }
  return family;
}

Family of_strangers(Probe& probe) {
  std::vector<std::string> texts(std::begin(kMissing), std::end(kMissing));
  for (const NearMiss& sample : near_miss::samples(probe.context().control_secret())) {
    texts.push_back(sample.secret);
  }
  Family family = {{"no credentials", without_credentials()}, {"garbage", with_garbage(probe)}};
  const bool tokens = probe.target().mode == Mode::jwt_shared;
  for (Named& one : tokens ? signed_with(probe, texts) : with_texts(probe, texts)) {
    family.push_back(std::move(one));
  }
  for (Named& one : family) one.attempt.own_session = true;
  return family;
}

const char* state_of(SecretsTold told) { return told == SecretsTold::unset ? "unset" : "empty"; }

/// It started; so it must reject everything.
Finding serves_no_one(Another& fresh, const std::string& noun, SecretsTold told) {
  Probe& probe = fresh.probe();
  const std::string how = fmt::format("started with its {} {}", noun, state_of(told));
  std::vector<std::string> served;
  for (const Named& one : of_strangers(probe)) {
    const mcp::Answer answer = probe.send(one.attempt);
    if (answer.kind != mcp::Kind::result) continue;
    probe.decisive(answer.exchange, true);
    served.push_back(one.label);
  }
  if (!served.empty()) {
    const bool all = served.size() > 1 && served.front() == "no credentials";
    Finding finding = Finding::broken(
        "the server exits, or rejects every request",
        fmt::format("{}, the server serves {}", how,
                    all ? "every client, also without credentials" : served.front()),
        fmt::format("without its {} the server has nothing to check credentials against, and it "
                    "serves requests all the same",
                    noun));
    finding.outcome = Outcome::accepted;
    return finding;
  }
  const mcp::Answer valid =
      probe.send({.credential = probe.good_credential(), .own_session = true});
  if (valid.kind == mcp::Kind::result) {
    return Finding::skipped(
        fmt::format("{}, the server still accepts the valid one: it knows it from elsewhere than "
                    "its environment",
                    how));
  }
  return Finding::met(fmt::format("{}, it rejects every request", how));
}

Finding started_without(Another& fresh, const std::string& noun, SecretsTold told) {
  const auto started = fresh.start(told);
  if (started) return serves_no_one(fresh, noun, told);
  const NoStart& why = started.error();
  switch (why.kind) {
    case NoStart::Kind::impossible:
      return Finding::skipped("cannot start the server without its secret: " + why.message);
    case NoStart::Kind::ended:
      return Finding::met(fmt::format("with its {} {} it does not start", noun, state_of(told)));
    case NoStart::Kind::silent:
      break;
  }
  return Finding::undecided(fmt::format("with its {} {} the server neither exits nor answers: {}",
                                        noun, state_of(told), why.message));
}

Body without_secret(std::string noun) {
  return on_another([noun = std::move(noun)](Another& fresh) {
    Probe& judge = fresh.judge();
    if (judge.context().options().supplied.given()) {
      return Finding::skipped("the secret is yours: how the server gets it is not known");
    }
    if (!judge.control_accepted()) {
      return Finding::undecided("the server rejects its valid credentials");
    }
    return worst({started_without(fresh, noun, SecretsTold::unset),
                  started_without(fresh, noun, SecretsTold::empty)});
  });
}

}  // namespace

Case secret_unset_case(const std::string& noun) {
  return {.id = "secret-unset",
          .title = fmt::format("Serves no client when it is started without its {}", noun),
          .sends = fmt::format(
              "To a server of the same kind that was started with its {} unset, then empty: no "
              "credentials, garbage, an empty {}, \"undefined\", \"null\", \"None\" and sample "
              "values of documentation.",
              noun, noun),
          .level = Level::must,
          .attacker = Attacker::anyone,
          .references = {{"MCP", "error-handling"}, {"CWE-636", ""}, {"CWE-1188", ""}},
          .requirements = {"RS-21"},
          .needs = {.spawned = true, .own_server = true},
          .faults = {"secret.unset-open", "secret.unset-empty-matches"},
          .why =
              "A deployment that lost one variable is open to every client, and nothing shows "
              "it.",
          .fix = fmt::format("Exit with an error at startup when the {} is missing or empty; never "
                             "fall back to a mode without authentication.",
                             noun),
          .run = without_secret(noun)};
}

}  // namespace check
