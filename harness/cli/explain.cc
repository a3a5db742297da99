#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include <CLI/CLI.hpp>

#include "common/base/suggest.h"
#include "common/base/text.h"
#include "harness/check/case.h"
#include "harness/cli/command.h"
#include "harness/cli/requirements.h"
#include "harness/cli/support.h"
#include "harness/cli/terminal.h"
#include "reports/text.h"

namespace cli {
namespace {

constexpr std::size_t kLabel = 12;

std::string_view demand(check::Level level) {
  switch (level) {
    case check::Level::must:
      return "breaking it is a FAIL";
    case check::Level::should:
      return "breaking it is a WARN";
    case check::Level::bcp:
      return "a FAIL where a forged or foreign credential is accepted, else a WARN";
    case check::Level::profile:
      return "the profile declares it, so breaking it is a FAIL";
    case check::Level::observe:
      break;
  }
  return "a measured fact, never a failure";
}

std::string_view exploited_by(check::Attacker attacker) {
  switch (attacker) {
    case check::Attacker::anyone:
      return "public knowledge is enough to exploit a breach";
    case check::Attacker::token_holder:
      return "exploited with a genuine token for another audience, user, scope or time, or with a "
             "guess close to a secret";
    case check::Attacker::other_issuer:
      return "exploited by an issuer that the server does not trust, or trusts for something else";
    case check::Attacker::network:
      return "exploited from a web page, by DNS rebinding, on the path, or by a reader of logs";
    case check::Attacker::issuer:
      return "only the trusted issuer itself could produce the input: robustness";
    case check::Attacker::none:
      break;
  }
  return "no attacker gains anything: interoperability";
}

std::string level_text(check::Level level) {
  return fmt::format("{}: {}", check::to_string(level), demand(level));
}

/// When the case runs, and what it needs.
std::string applies_to(const check::Needs& needs) {
  std::vector<std::string> modes;
  for (const auto mode : needs.modes) modes.emplace_back(check::to_string(mode));
  std::string text = "mode " + base::join(modes, " or ");
  if (needs.since != mcp::kOldest || needs.until != mcp::kNewest) {
    text += needs.since == needs.until
                ? fmt::format(", revision {}", mcp::to_string(needs.since))
                : fmt::format(", revisions {} to {}", mcp::to_string(needs.since),
                              mcp::to_string(needs.until));
  }
  const std::pair<bool, std::string_view> conditions[] = {
      {needs.issuer, "a server that trusts our issuer"},
      {needs.scope, "a scope that every request needs"},
      {needs.witness, "a tool that counts its calls"},
      {needs.scoped_tool, "a tool with a scope of its own"},
      {needs.spawned, "a server started by --spawn"},
      {needs.waits, "time to wait (not with --quick)"},
      {needs.loud, "a server on this machine"},
  };
  std::vector<std::string> needed;
  for (const auto& [needs_it, words] : conditions) {
    if (needs_it) needed.emplace_back(words);
  }
  if (!needed.empty()) text += "; needs " + base::join(needed, ", ");
  if (needs.own_server) text += "; runs on a server of its own, where one can be started";
  return needs.alone ? text + "; runs while nothing else does" : text;
}

class Explanation {
 public:
  Explanation(const check::Case& subject, const Terminal& terminal)
      : subject_(subject), terminal_(terminal) {}

  std::string write() {
    out_ = (terminal_.colour ? "\x1b[1m" + subject_.id + "\x1b[0m" : subject_.id) + "\n";
    field("sends", subject_.what_is_sent());
    field("expects", subject_.title);
    field("why", subject_.why);
    field("how to fix", subject_.fix);
    field("level", level_text(subject_.level));
    if (subject_.if_accepted) field("", "if accepted, " + level_text(*subject_.if_accepted));
    if (subject_.on_2025_03_26) {
      field("", "in revision 2025-03-26, " + level_text(*subject_.on_2025_03_26));
    }
    if (subject_.attacker) {
      field("attacker", fmt::format("{}: {}", check::to_string(*subject_.attacker),
                                    exploited_by(*subject_.attacker)));
    }
    field("applies to", applies_to(subject_.needs));
    references();
    for (const auto& id : subject_.requirements) requirement(id);
    field("faults", base::join(subject_.faults, ", "));
    field("aliases", base::join(subject_.aliases, ", "));
    out_ += fmt::format("\n{}:\n  mcp-authspec run --case {} {}\n",
                        subject_.faults.empty() ? "See it run" : "See it turn red", subject_.id,
                        target());
    return out_;
  }

 private:
  /// What is judged: the reference server, or an issuer of the provider, with the first fault.
  std::string target() const {
    constexpr std::string_view kOfIssuers = "as.";
    const std::string fault = subject_.faults.empty() ? "" : subject_.faults.front();
    if (fault.rfind(kOfIssuers, 0) == 0) {
      return fmt::format(
          "--spawn \"mcp-authspec idp --port {{{{port}}}}\" --as "
          "\"http://127.0.0.1:{{{{port}}}}/i/main~strict~{}\"",
          fault.substr(kOfIssuers.size()));
    }
    const std::string planted = fault.empty() ? "" : " --fault " + fault;
    const check::Modes& modes = subject_.needs.modes;
    if (modes.empty() || check::modes::contains(modes, check::Mode::oauth)) {
      return fmt::format("--spawn \"mcp-authspec serve --port {{{{port}}}}{}\"", planted);
    }
    const auto mode = check::to_string(modes.front());
    const bool stdio = check::modes::contains(check::modes::stdio(), modes.front());
    return fmt::format("--mode {0} --spawn \"mcp-authspec serve --mode {0} {1}{2}\"", mode,
                       stdio ? "--stdio" : "--port {{port}}", planted);
  }

  void field(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    out_ +=
        fmt::format("{:<{}}", label, kLabel) + reports::wrap(text, kLabel, terminal_.width) + "\n";
  }

  void references() {
    std::string_view label = "sources";
    for (const auto& reference : subject_.references) {
      field(label, fmt::format("{} {}  {}", reference.document, reference.section,
                               reference.url(subject_.needs.until)));
      label = "";
    }
  }

  void requirement(const std::string& id) {
    const auto* const known = find_requirement(id);
    field(id, known == nullptr ? "" : known->level + ": " + known->text);
  }

  const check::Case& subject_;
  const Terminal& terminal_;
  std::string out_;
};

int explain(const std::string& id) {
  const auto* const subject = check::find_case(id);
  if (subject == nullptr) {
    std::vector<std::string> ids;
    for (const auto& one : check::all_cases()) ids.push_back(one.id);
    return fail_usage(
        fmt::format("explain: there is no case \"{}\"{}", id, base::suggestion(id, ids)));
  }
  print(Explanation(*subject, terminal_of(STDOUT_FILENO)).write());
  return 0;
}

}  // namespace

void add_explain(CLI::App& root, int& exit_code) {
  auto* const command = root.add_subcommand(
      "explain", "Tell what a case sends and expects, why it matters and how to fix it");
  const auto id = std::make_shared<std::string>();
  command->add_option("case", *id, "the case's id, such as claims.expired; see list")->required();
  examples(*command, "mcp-authspec explain claims.expired\n");
  command->callback([id, &exit_code] { exit_code = explain(*id); });
}

}  // namespace cli
