// Credentials in the environment of the process: what becomes of a server that is started wrongly.
#include <fmt/core.h>

#include <utility>

#include "common/base/random.h"
#include "harness/check/call_refusal.h"
#include "harness/check/family.h"

namespace {

using check::Credential;
using check::Finding;
using check::Level;
using check::Mode;
using check::Probe;
using check::Secrets;

/// Starts the server with other secrets and calls the tool. Refusing to start is a refusal.
Finding refuses_started_with(Probe& probe, const Secrets& secrets, const Credential& credential) {
  if (!probe.control_accepted()) {
    return Finding::undecided("the server refuses calls although it was started as it should be");
  }
  const mcp::Answer good = probe.send({.credential = probe.good_credential()});
  auto met = probe.start_process(secrets);
  Finding finding;
  if (!met.greeting.ok()) {
    const wire::Failure failure = met.greeting.last.exchange.failure;
    finding = failure == wire::Failure::timeout
                  ? Finding::broken("a server that says what it lacks", met.greeting.problem,
                                    "it neither serves nor ends")
                  : Finding::met("it does not start: " + met.greeting.problem);
    finding.outcome = finding.ok() ? check::Outcome::refused : check::Outcome::misrefused;
  } else {
    const mcp::Answer answer = probe.send_to(met, credential);
    const bool ended = answer.exchange.failure == wire::Failure::closed;
    finding = ended ? Finding::met("it ends: " + answer.summary())
                    : check::judge_call(answer, good, good);
    if (ended) finding.outcome = check::Outcome::refused;
    probe.decisive(answer.exchange, !finding.ok());
  }
  probe.context().stdio()->finished(std::move(met.peer));
  return finding;
}

check::Body refuses_key(std::string (*changed)(const std::string& key)) {
  return [changed](Probe& probe) {
    Secrets secrets = probe.context().options().secrets;
    secrets.api_key = changed(secrets.api_key);
    if (probe.context().options().supplied.given()) {
      probe.context().redactor().add(secrets.api_key);
    }
    return refuses_started_with(probe, secrets, check::nothing());
  };
}

/// The server was told no secret at all: there is nobody whom it could tell from anybody.
Finding closed_without_secret(Probe& probe) {
  Secrets none = probe.context().options().secrets;
  none.api_key.clear();
  none.jwt_secret.clear();
  std::vector<Finding> findings;
  for (const Credential& credential :
       {check::nothing(), probe.carry(""), probe.carry("this-is-not-a-token")}) {
    findings.push_back(refuses_started_with(probe, none, credential));
    if (!findings.back().ok()) break;
  }
  return check::worst(std::move(findings));
}

const std::vector<check::Reference> kSources = {
    {"MCP", "basic/authorization#protocol-requirements"}, {"CWE-1188", ""}};

const check::Suite environment{
    "stdio",
    {Mode::stdio_env},
    {
        {.id = "env-credential-required",
         .title = "started without its credential, the server serves nobody",
         .sends = "Starts the server without the variable of its credential and calls a tool.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = kSources,
         .requirements = {"REF-56"},
         .faults = {"environment.missing-ok", "environment.skip"},
         .why = "A forgotten variable switches authentication off, and nobody notices.",
         .fix = "Refuse to start, in one clear line on standard error, or fail every call.",
         .run = refuses_key([](const std::string&) { return std::string(); })},
        {.id = "env-credential-wrong",
         .title = "started with a wrong credential, the server serves nobody",
         .sends = "Starts the server with a random credential in its environment and calls a tool.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = kSources,
         .requirements = {"REF-56"},
         .faults = {"environment.any-key", "environment.skip"},
         .why = "That there is a credential says nothing; it has to be the right one.",
         .fix = "Check the credential against what the server knows of it, or use it with the "
                "service behind the server and pass its refusal on.",
         .run = refuses_key([](const std::string&) { return "wrong_" + base::random_hex(24); })},
        {.id = "env-credential-near-miss",
         .title = "started with nearly its credential, the server serves nobody",
         .sends = "Starts the server with the credential but for its last character.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = kSources,
         .requirements = {"REF-56"},
         .faults = {"environment.any-key"},
         .why = "A credential that may be cut short is found by guessing it bit by bit.",
         .fix = "Compare the credential as a whole.",
         .run = refuses_key([](const std::string& key) { return key.substr(0, key.size() - 1); })},
    }};

const check::Suite arguments{
    "stdio",
    {Mode::stdio_argument, Mode::stdio_jwt},
    {
        {.id = "secret-required",
         .title = "a server that was told no secret serves nobody",
         .sends = "Starts the server without its secret and calls a tool without, with an empty "
                  "and with a made-up credential.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = kSources,
         .requirements = {"REF-56"},
         .faults = {"argument.unset-open"},
         .why = "Where the secret is missing, an empty argument equals it, or the check is off.",
         .fix = "Refuse to start without a secret.",
         .run = closed_without_secret},
    }};

}  // namespace
