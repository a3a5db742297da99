#include "reports/html_case.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "reports/text.h"

namespace reports {
namespace {

/// A page for a browser shows the beginning of a message; the JSON report has more of it.
constexpr std::size_t kMaxShownBytes = 6UL << 10;

/// Beyond this many cases, the list is folded.
constexpr std::size_t kMaxLinksInSight = 12;

std::string row(std::string_view label, const std::string& html) {
  return html.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, html);
}

std::string text_row(std::string_view label, std::string_view text) {
  return row(label, html_text(text));
}

std::string codes(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += "<code>" + html_text(word) + "</code> ";
  return out;
}

std::string references(const check::Case& subject, mcp::Revision revision) {
  std::string out;
  for (const auto& reference : subject.references) {
    const auto name = html_text(base::trim(reference.document + " " + reference.section));
    const auto url = reference.url(revision);
    if (!out.empty()) out += "<br>";
    out += url.empty() ? name
                       : fmt::format("<a href=\"{}\" rel=\"noreferrer\">{}</a>",
                                     base::escape_markup(url), name);
  }
  return out;
}

std::string repro(const check::CaseResult& one) {
  if (one.repro.empty()) return {};
  return "<pre class=\"copyable\"><code>" + html_text(one.repro) + "</code></pre>";
}

/// What a finding and a case share.
std::string facts(const check::CaseResult& one, const check::RunResult& result) {
  const auto& subject = one.subject;
  const auto advice = advice_on(one, result);
  return text_row("Sent", subject.what_is_sent()) + text_row("Expected", one.finding.expected) +
         text_row("Actual", one.finding.actual) + text_row("Because", one.finding.reason) +
         text_row("Why it matters", advice.why) + text_row("How to fix", advice.fix) +
         row("Sources", references(subject, revision_of(result, one))) +
         row("Reproduce", repro(one));
}

std::string message(std::string_view title, std::string_view raw) {
  if (raw.empty()) return {};
  return fmt::format("<figure><figcaption>{}</figcaption><pre tabindex=\"0\">{}</pre></figure>\n",
                     title, html_text(base::abbreviate(raw, kMaxShownBytes)));
}

std::string exchanges(const check::CaseResult& one) {
  std::string out;
  for (const auto& exchange : one.exchanges) {
    const auto took = exchange.done_us > exchange.sent_us ? exchange.done_us - exchange.sent_us : 0;
    const auto response =
        exchange.response ? fmt::format("Response, after {:.1f} ms", took / 1000.0) : "No response";
    out += "<div class=\"exchange\">" + message("Request", exchange.raw_request) +
           message(response,
                   exchange.raw_response.empty() ? exchange.failure_text : exchange.raw_response) +
           "</div>\n";
  }
  if (out.empty()) return out;
  return fmt::format("<details class=\"exchanges\"><summary>{}</summary>\n{}</details>\n",
                     counted(one.exchanges.size(), "exchange"), out);
}

std::string badge(std::string_view name, std::string_view text) {
  return fmt::format("<span class=\"badge {}\">{}</span>", base::to_lower(name), text);
}

std::vector<std::string> requirements_of(const Group& group) {
  std::vector<std::string> ids;
  for (const auto* member : group.members) {
    for (const auto& id : member->subject.requirements) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return ids;
}

std::string links_to(const Group& group) {
  std::string out;
  for (const auto* member : group.members) {
    const auto id = html_text(member->subject.id);
    out += fmt::format("<a href=\"#{0}\"><code>{0}</code></a> ", id);
  }
  if (group.members.size() <= kMaxLinksInSight) return out;
  return fmt::format("<details><summary>{}</summary>{}</details>", html_text(brief_ids_of(group)),
                     out);
}

}  // namespace

std::string html_text(std::string_view text) {
  return base::escape_markup(base::replace_all(printable(text), "\r\n", "\n"));
}

std::string html_finding(const Group& group, const check::RunResult& result) {
  const auto& first = group.first();
  const auto severity = check::to_string(first.judgement.severity);
  const auto verdict = check::to_string(first.judgement.verdict);
  const bool many = group.members.size() > 1;
  return fmt::format(
             "<article class=\"finding {}\">\n<h3>{} {}</h3>\n<dl>\n", severity,
             badge(severity, fmt::format("{}, {}", verdict, severity)), html_text(group.key),
             many ? fmt::format(" <small>{}</small>", counted(group.members.size(), "case")) : "") +
         row(many ? "Cases" : "Case", links_to(group)) + text_row("Attacker", attackers_of(group)) +
         row("Demanded",
             fmt::format("{} {}", demanded_level(first), codes(requirements_of(group)))) +
         facts(first, result) + "</dl>\n</article>\n";
}

std::string html_case(const check::CaseResult& one, const check::RunResult& result) {
  const auto& subject = one.subject;
  const auto verdict = check::to_string(one.judgement.verdict);
  const auto id = html_text(subject.id);
  return fmt::format(
             "<details class=\"case\" id=\"{0}\" data-verdict=\"{1}\" data-suite=\"{2}\">\n"
             "<summary>{3} <code>{0}</code> <span>{4}</span></summary>\n<dl>\n",
             id, verdict, html_text(subject.suite()), badge(verdict, verdict),
             html_text(subject.title)) +
         row("Level", std::string(check::to_string(one.level))) +
         text_row("Attacker", attacker_of(one)) +
         row("Outcome", one.finding.outcome == check::Outcome::not_applicable
                            ? ""
                            : std::string(check::to_string(one.finding.outcome))) +
         row("Baseline", !one.baselined                ? ""
                         : one.baseline_reason.empty() ? "accepted"
                                                       : "accepted: " + one.baseline_reason) +
         facts(one, result) + row("Requirements", codes(subject.requirements)) +
         row("Official names", codes(subject.aliases)) +
         row("Took", fmt::format("{:.1f} ms", static_cast<double>(one.duration.count()) / 1000.0)) +
         "</dl>\n" + exchanges(one) + "</details>\n";
}

}  // namespace reports
