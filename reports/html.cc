#include "reports/html.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "common/base/text.h"
#include "reports/groups.h"
#include "reports/html_case.h"
#include "reports/measured.h"
#include "reports/text.h"
#include "reports/timing.h"

namespace embedded {
extern const std::string_view report_css;
extern const std::string_view report_js;
}  // namespace embedded

namespace reports {
namespace {

using check::Verdict;

constexpr Verdict kVerdicts[] = {Verdict::fail,         Verdict::warn, Verdict::error,
                                 Verdict::inconclusive, Verdict::skip, Verdict::pass};

std::string head(const check::RunResult& result, const Options& options) {
  // Nothing may be loaded and no script may run but the page's own, even if a server's text
  // found a way into the markup.
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'nonce-{0}'; script-src 'nonce-{0}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{1} - mcp-authspec</title>\n<style nonce=\"{0}\">\n{2}</style>\n</head>\n",
      base::escape_markup(options.nonce), html_text(result.target.url), embedded::report_css);
}

/// The one sentence that says how it went.
std::string verdict_sentence(const check::RunResult& result) {
  const auto groups = findings(result).size();
  if (!result.problem.empty() && result.count(Verdict::pass) == 0) return "Not tested";
  if (const auto grave = critical(result); grave > 0) {
    return counted(grave, "way") + " around the authorization";
  }
  if (groups > 0) return counted(groups, "finding");
  if (result.count(Verdict::inconclusive) + result.count(Verdict::error) > 0) {
    return "Nothing is broken, but not everything could be decided";
  }
  return "Nothing is broken";
}

std::string fact(std::string_view label, std::string_view text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, html_text(text));
}

std::string facts(std::string_view label, const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += fact(label, text);
  return out;
}

std::string header(const check::RunResult& result, const Options& options) {
  const auto& target = result.target;
  std::string counts;
  for (const auto verdict : kVerdicts) {
    const auto name = base::to_lower(check::to_string(verdict));
    counts += fmt::format("<li class=\"{}{}\"><b>{}</b> {}</li>\n", name,
                          result.count(verdict) == 0 ? " zero" : "", result.count(verdict), name);
  }
  return fmt::format(
             "<header>\n<p class=\"tool\">mcp-authspec {}</p>\n<h1>{}</h1>\n"
             "<ul class=\"counts\" aria-label=\"Verdicts\">\n{}</ul>\n<dl>\n",
             AUTHSPEC_VERSION, verdict_sentence(result), counts) +
         fact("Target", target.url) + fact("Started as", target.spawned) +
         fact("Server", target.fingerprint) + fact("Mode", target.mode) +
         fact("Mode found by", target.mode_evidence) + facts("Note", target.notes) +
         fact("Revision", target.revision.empty() ? "" : target.revision + ", " + target.era) +
         fact("Sessions", sessions_text(target)) + fact("Issuer", target.issuer) +
         fact("Style of refusals", target.dialect) +
         fact("When", fmt::format("{}, {}", base::iso_time(result.started),
                                  duration_text(result.duration.count()))) +
         fact("Result", decision_text(options.decision)) + "</dl>\n</header>\n";
}

std::string problem(const check::RunResult& result) {
  std::string out;
  if (result.interrupted) {
    out += "<p><strong>Interrupted.</strong> " + interruption(result) + "</p>\n";
  }
  if (!result.problem.empty()) {
    out += "<p><strong>What is in the way:</strong> " + html_text(result.problem) + "</p>\n";
  }
  if (out.empty()) return out;
  if (!result.target.output.empty()) {
    out += "<details><summary>The last output of the server</summary><pre tabindex=\"0\">" +
           html_text(result.target.output) + "</pre></details>\n";
  }
  return "<section class=\"problem\" role=\"alert\">\n" + out + "</section>\n";
}

std::string findings_section(const check::RunResult& result) {
  const auto groups = findings(result);
  if (groups.empty()) return {};
  std::string out = "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n";
  for (const auto& group : groups) out += html_finding(group, result);
  return out + "</section>\n";
}

std::string measured_section(const check::RunResult& result) {
  if (result.observations.empty()) return {};
  std::string rows;
  for (const auto& [name, value] : measured_facts(result)) {
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html_text(name),
                        html_text(value));
  }
  return "<section aria-labelledby=\"measured\">\n<h2 id=\"measured\">Measured</h2>\n<table>\n" +
         rows + "</table>\n</section>\n";
}

std::string baseline_section(const check::RunResult& result) {
  if (result.baseline_accepted.empty() && result.baseline_stale.empty() &&
      result.baseline_worse.empty()) {
    return {};
  }
  return "<section aria-labelledby=\"baseline\">\n<h2 id=\"baseline\">Baseline</h2>\n<dl>\n" +
         fact("Accepted", base::join(result.baseline_accepted, ", ")) +
         fact("Worse than accepted", base::join(result.baseline_worse, "; ")) +
         fact("Stale: these pass now", base::join(result.baseline_stale, ", ")) +
         "</dl>\n</section>\n";
}

std::string filters(const check::RunResult& result) {
  std::string boxes;
  for (const auto verdict : kVerdicts) {
    if (result.count(verdict) == 0) continue;
    const auto name = check::to_string(verdict);
    boxes += fmt::format(
        "<label><input type=\"checkbox\" name=\"verdict\" value=\"{0}\" checked> "
        "{0}</label>\n",
        name);
  }
  std::string suites = "<option value=\"\">all suites</option>";
  std::set<std::string> seen;
  for (const auto& one : result.cases) {
    const auto suite = one.subject.suite();
    if (seen.insert(suite).second) suites += "<option>" + html_text(suite) + "</option>";
  }
  return "<form class=\"filters\" hidden>\n<fieldset><legend>Show</legend>\n" + boxes +
         "</fieldset>\n<label>Suite <select name=\"suite\">" + suites +
         "</select></label>\n<label>Text <input type=\"search\" name=\"text\"></label>\n"
         "<output></output>\n</form>\n";
}

std::string cases_section(const check::RunResult& result) {
  if (result.cases.empty()) return {};
  std::string out =
      "<section aria-labelledby=\"cases\">\n<h2 id=\"cases\">Every case</h2>\n" + filters(result);
  for (const auto& one : result.cases) out += html_case(one, result);
  return out + "</section>\n";
}

}  // namespace

std::string write_html(const check::RunResult& result, const Options& options) {
  return head(result, options) + "<body>\n" + header(result, options) + "<main>\n" +
         problem(result) + findings_section(result) + measured_section(result) +
         html_timing(result) + baseline_section(result) + cases_section(result) +
         "</main>\n<footer><p>" + html_text(closing_line(result)) + "</p></footer>\n" +
         fmt::format("<script nonce=\"{}\">\n{}</script>\n</body>\n</html>\n",
                     base::escape_markup(options.nonce), embedded::report_js);
}

}  // namespace reports
