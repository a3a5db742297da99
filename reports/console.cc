#include "reports/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/text.h"
#include "reports/groups.h"
#include "reports/measured.h"
#include "reports/text.h"

namespace reports {
namespace {

using check::Verdict;

constexpr std::size_t kBlock = 8;            ///< where the lines of a finding begin
constexpr std::size_t kMaxMessage = 65'536;  ///< bytes of a request or an answer
constexpr std::size_t kLabel = 10;           ///< columns of "expected  "

/// Colours and weight by the terminal's own palette, or nothing at all.
class Ink {
 public:
  explicit Ink(bool on) : on_(on) {}
  std::string bold(std::string_view text) const { return with("1", text); }
  std::string dim(std::string_view text) const { return with("2", text); }
  std::string red(std::string_view text) const { return with("1;31", text); }
  std::string yellow(std::string_view text) const { return with("33", text); }
  std::string green(std::string_view text) const { return with("32", text); }
  std::string of(check::Severity severity, std::string_view text) const {
    if (severity >= check::Severity::medium) return red(text);
    return severity == check::Severity::low ? yellow(text) : dim(text);
  }

 private:
  std::string with(std::string_view code, std::string_view text) const {
    return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool on_;
};

class Console {
 public:
  Console(const check::RunResult& result, const Options& options)
      : result_(result), options_(options), ink_(options.colour) {}

  std::string write() {
    if (!options_.quiet) {
      header();
      problem();
      all_findings();
      baseline();
      measured();
      left_out("Inconclusive", Verdict::inconclusive);
      left_out("Errors of the harness or the connection", Verdict::error);
      left_out("Skipped", Verdict::skip);
      if (options_.exchanges) exchanges();
    } else if (!result_.problem.empty()) {
      out_ += one_line(result_.problem) + "\n";
    }
    closing();
    return std::move(out_);
  }

 private:
  void line(std::string_view text = {}) { out_ += fmt::format("{}\n", text); }
  void heading(std::string_view text) { line("\n" + ink_.bold(text)); }

  /// A label and what belongs to it, wrapped beside it; nothing where there is nothing to say.
  void field(std::size_t indent, std::string_view label, std::string_view text) {
    if (text.empty()) return;
    const std::string left = fmt::format("{:<{}}", label, kLabel);
    line(std::string(indent, ' ') + ink_.dim(left) +
         wrap(one_line(text), indent + kLabel, options_.width));
  }

  void header() {
    const auto& target = result_.target;
    line(ink_.bold("mcp-authspec " AUTHSPEC_VERSION));
    field(2, "target", target.url);
    field(2, "started", target.spawned);
    field(2, "server", target.fingerprint);
    std::string mode = target.mode;
    if (!target.revision.empty()) mode += ", revision " + target.revision;
    if (!target.era.empty()) mode += " (" + target.era + ")";
    field(2, "mode", mode);
    field(2, "sessions", sessions_text(target));
    field(2, "found by", target.mode_evidence);
    for (const std::string& note : target.notes) field(2, "note", note);
    field(2, "issuer", target.issuer);
    field(2, "refusals", target.dialect.empty() ? "" : "in the style \"" + target.dialect + "\"");
  }

  void problem() {
    if (result_.interrupted) {
      line("\n" + ink_.yellow("INTERRUPTED"));
      line("  " + wrap(interruption(result_), 2, options_.width));
    }
    if (result_.problem.empty()) return;
    line("\n" + ink_.red(result_.count(Verdict::pass) == 0 ? "NOT TESTED" : "NOT FULLY TESTED"));
    line("  " + wrap(one_line(result_.problem), 2, options_.width));
    what_to_do();
    output_of_target();
  }

  /// Where not one case could be judged, the wiring is nearly always what is wrong.
  void what_to_do() {
    const auto& target = result_.target;
    if (target.mode != "oauth" || target.issuer.empty() || result_.count(Verdict::pass) > 0) return;
    line();
    line("  " + wrap("What to do: " + how_to_wire(), 2, options_.width));
  }

  std::string how_to_wire() const {
    const auto& target = result_.target;
    const auto way =
        target.spawned.empty()
            ? "Give a running server these values, and this command --idp-port N, so that they "
              "stay the same from run to run."
            : "A server started by --spawn finds them in its environment (ISSUER, JWKS_URI, "
              "AUDIENCE), or in its command through {{issuer}}, {{jwks_uri}} and {{audience}}.";
    return fmt::format(
        "the server has to trust the issuer {} (its keys are at {}/jwks) and be reachable at the "
        "URL above. {}",
        target.issuer, target.issuer, way);
  }

  void output_of_target() {
    if (result_.target.output.empty()) return;
    line("\n  The last output of the server:");
    for (const auto& text : base::split(printable(result_.target.output), '\n')) {
      line(ink_.dim("  | ") + one_line(text));
    }
  }

  void all_findings() {
    const auto groups = findings(result_);
    const bool judged = result_.count(Verdict::pass) > 0;
    if (groups.empty() && judged) line("\n" + ink_.green("Nothing is broken."));
    const Group* previous = nullptr;
    for (const auto& group : groups) {
      const auto severity = group.first().judgement.severity;
      if (previous == nullptr || previous->first().judgement.severity != severity) {
        line("\n" + ink_.of(severity, base::to_upper(check::to_string(severity))));
      }
      finding(group);
      previous = &group;
    }
  }

  void finding(const Group& group) {
    const auto& first = group.first();
    const auto& subject = first.subject;
    const bool many = group.members.size() > 1;
    const auto verdict = fmt::format("{:<6}", check::to_string(first.judgement.verdict));
    line("\n  " + ink_.of(first.judgement.severity, verdict) +
         ink_.bold(wrap(heading_of(group), kBlock, options_.width)));
    field(kBlock, many ? "cases" : "case", brief_ids_of(group));
    if (!many && group.key != subject.title) field(kBlock, "rule", subject.title);
    field(kBlock, "sent", subject.what_is_sent());
    field(kBlock, "expected", first.finding.expected);
    field(kBlock, "actual", first.finding.actual);
    field(kBlock, "because", first.finding.reason);
    const auto advice = advice_on(first, result_);
    field(kBlock, "why", advice.why);
    field(kBlock, "fix", advice.fix);
    field(kBlock, "attacker", attackers_of(group));
    field(kBlock, "demanded", demanded_by(group));
    std::string_view label = "source";
    for (const auto& reference : subject.references) {
      field(kBlock, std::exchange(label, ""),
            fmt::format("{} {}  {}", reference.document, reference.section,
                        reference.url(revision_of(result_, first))));
    }
    // Not wrapped, so that it can be copied.
    if (!first.repro.empty()) {
      line(std::string(kBlock, ' ') + ink_.dim("try       ") + one_line(first.repro));
    }
  }

  /// "MUST, RS-08, RS-11": the level, and the requirements of all members, each once.
  static std::string demanded_by(const Group& group) {
    std::vector<std::string> parts = {demanded_level(group.first())};
    for (const auto* member : group.members) {
      for (const auto& id : member->subject.requirements) {
        if (std::find(parts.begin(), parts.end(), id) == parts.end()) parts.push_back(id);
      }
    }
    return base::join(parts, ", ");
  }

  void baseline() {
    if (!result_.baseline_accepted.empty()) {
      heading("Accepted by the baseline");
      for (const check::CaseResult& one : result_.cases) {
        if (!one.baselined) continue;
        line("  " + wrap(one.baseline_reason.empty() ? one.subject.id
                                                     : one.subject.id + ": " + one.baseline_reason,
                         4, options_.width));
      }
    }
    if (!result_.baseline_worse.empty()) {
      heading("Worse than the baseline accepts");
      for (const std::string& worse : result_.baseline_worse) {
        line("  " + wrap(worse, 4, options_.width));
      }
    }
    if (!result_.baseline_stale.empty()) {
      heading("Stale in the baseline: these pass now, remove them");
      line("  " + wrap(base::join(result_.baseline_stale, ", "), 2, options_.width));
    }
  }

  void measured() {
    if (result_.observations.empty()) return;
    heading("Measured");
    const auto facts = measured_facts(result_);
    std::size_t widest = 0;
    for (const auto& [name, value] : facts) widest = std::max(widest, columns(name));
    widest = std::min<std::size_t>(widest, 40);
    for (const auto& [name, value] : facts) {
      const std::string left = fmt::format("  {:<{}}  ", name, widest);
      line(ink_.dim(left) + wrap(value, widest + 4, options_.width));
    }
  }

  void left_out(std::string_view title, Verdict verdict) {
    auto groups = by_reason(result_, verdict);
    // What is in the way of all cases has been said already.
    std::erase_if(groups,
                  [&](const Group& group) { return group.key == one_line(result_.problem); });
    if (groups.empty()) return;
    heading(title);
    for (const auto& group : groups) {
      line(fmt::format("{:>5}  {}", group.members.size(), wrap(group.key, 7, options_.width)));
      const bool brief = verdict == Verdict::skip && group.members.size() > 3;
      const auto ids = brief ? fmt::format("{}, … {}", group.first().subject.id,
                                           group.members.back()->subject.id)
                             : ids_of(group);
      line("       " + ink_.dim(wrap(ids, 7, options_.width)));
      if (group.key == check::kNoIssuer && !result_.target.issuer.empty()) {
        line("       " + wrap(how_to_wire(), 7, options_.width));
      }
    }
  }

  void exchanges() {
    for (const check::CaseResult& one : result_.cases) {
      for (const wire::Exchange& exchange : one.exchanges) {
        heading(fmt::format("{}: {}", one.subject.id, one_line(exchange.url)));
        message("> ", exchange.raw_request);
        message("< ",
                exchange.raw_response.empty() ? exchange.failure_text : exchange.raw_response);
      }
    }
  }

  void message(std::string_view mark, const std::string& bytes) {
    const std::string text = printable(base::abbreviate(bytes, kMaxMessage));
    for (const std::string& each : base::split(base::replace_all(text, "\r\n", "\n"), '\n')) {
      line(ink_.dim(mark) + each);
    }
  }

  void closing() {
    if (!options_.quiet) line();
    const auto text = closing_line(result_);
    line(options_.decision.passed() ? ink_.green(text) : ink_.bold(text));
    line(decision_text(options_.decision));
  }

  const check::RunResult& result_;
  const Options& options_;
  Ink ink_;
  std::string out_;
};

}  // namespace

std::string write_console(const check::RunResult& result, const Options& options) {
  return Console(result, options).write();
}

}  // namespace reports
