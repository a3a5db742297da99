// What a server that is a process of the client's says and shows beside its answers.
#include <fmt/core.h>

#include <algorithm>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/probe.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;

constexpr std::chrono::milliseconds kPrompt{3'000};  ///< for a server whose input has ended

/// The secrets that this run gave to the server, or keeps for it.
std::vector<std::string> secrets_of(Probe& probe) {
  const check::Context::Options& options = probe.context().options();
  std::vector<std::string> secrets = {options.supplied.text};
  const bool signs = options.mode == check::Mode::stdio_jwt;
  secrets.push_back(signs ? options.secrets.jwt_secret : options.secrets.api_key);
  std::erase_if(secrets, [](const std::string& secret) { return secret.empty(); });
  return secrets;
}

bool shows(const std::string& text, const std::vector<std::string>& secrets) {
  return std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
    return text.find(secret) != std::string::npos;
  });
}

Finding only_json_rpc(Probe& probe) {
  const std::vector<std::string> garbage = probe.context().stdio()->garbage();
  if (garbage.empty()) return Finding::met("nothing else");
  return Finding::broken(
      "JSON-RPC messages and nothing else on standard output",
      fmt::format("{} {}, the first: {}", garbage.size(), garbage.size() == 1 ? "line" : "lines",
                  base::json_string(garbage.front())),
      "clients read standard output line by line: what is no message breaks them");
}

Finding secret_not_printed(Probe& probe) {
  if (!shows(probe.context().stdio()->written(), secrets_of(probe))) {
    return Finding::met("not printed");
  }
  return Finding::broken("a secret that stays inside", "the server prints its secret",
                         "standard error goes into the client's logs");
}

Finding secret_not_in_command_line(Probe& probe) {
  if (!probe.control_accepted()) return Finding::undecided("good credentials were refused");
  const std::vector<std::string> secrets = secrets_of(probe);
  const auto started = probe.context().options().spawning(probe.context().options().secrets);
  if (started && shows(started->command, secrets)) {
    return Finding::skipped("the command that was given to start the server has the secret in it");
  }
  for (const std::string& line : probe.context().stdio()->command_lines()) {
    if (!shows(line, secrets)) continue;
    return Finding::broken("command lines without the secret",
                           fmt::format("the secret is on the command line of {}",
                                       base::abbreviate(line.substr(0, line.find(' ')), 80)),
                           "every user of the machine can read the command lines of all processes");
  }
  return Finding::met("not on any command line");
}

Finding ends_with_its_input(Probe& probe) {
  auto met = probe.start_process(probe.context().options().secrets);
  if (!met.greeting.ok()) return Finding::undecided(met.greeting.problem);
  const auto ended = met.peer->finish(base::Deadline::after(kPrompt));
  probe.context().stdio()->finished(std::move(met.peer));
  if (ended) return Finding::met(*ended);
  return Finding::broken(
      "a process that ends",
      fmt::format("it still runs {} s after its standard input was closed", kPrompt.count() / 1000),
      "it has to be killed, or lives on with its credentials");
}

const check::Suite process_cases{
    "stdio",
    check::modes::stdio(),
    {
        {.id = "only-json-rpc",
         .title = "standard output has JSON-RPC messages and nothing else",
         .sends = "Nothing of its own: looks at all that the server wrote in this run.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP stdio", ""}},
         .requirements = {"REF-50"},
         .needs = {.last = true},
         .faults = {"stdio.skip", "stdio.banner"},
         .why = "One stray line, such as a banner or a log message, breaks clients.",
         .fix = "Log to standard error; mind libraries that print.",
         .run = only_json_rpc},
        {.id = "secret-not-printed",
         .title = "the server prints no secret",
         .sends = "Nothing of its own: looks at all that the server wrote in this run.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-532", ""}},
         .requirements = {"REF-55"},
         .needs = {.last = true},
         .faults = {"stdio.prints-secret", "stdio.logs-messages"},
         .why = "Clients keep what servers write to standard error, often for ever, and show it.",
         .fix = "Log who called and whether it was allowed, never the credential; leave it out of "
                "dumps of arguments and configuration.",
         .run = secret_not_printed},
        {.id = "secret-not-in-command-line",
         .title = "the secret is on no command line",
         .sends = "A good call; then looks at the command lines of the server's processes.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-214", ""}},
         .requirements = {"REF-55"},
         .faults = {"stdio.secret-as-argument"},
         .why = "Every user of the machine can read the command lines of all processes.",
         .fix = "Hand secrets to helpers through their environment or standard input.",
         .run = secret_not_in_command_line},
        {.id = "ends-with-its-input",
         .title = "the server ends when its standard input is closed",
         .sends = "Starts the server, greets it, and closes its standard input.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP stdio", "shutdown"}},
         .requirements = {"REF-51"},
         .needs = {.since = Revision::r2026_07_28},
         .faults = {"stdio.never-ends"},
         .why = "Processes that nobody talks to any more pile up, credentials and all.",
         .fix = "End when reading standard input gives its end.",
         .run = ends_with_its_input},
    }};

}  // namespace
