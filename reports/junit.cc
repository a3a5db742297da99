#include "reports/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/base/text.h"
#include "reports/groups.h"
#include "reports/text.h"

namespace reports {
namespace {

using check::Verdict;

enum class Kind { passed, failure, error, skipped };

/// A FAIL stays one below the threshold, too; a WARN is one where it decides the run.
Kind kind_of(const check::CaseResult& one, const check::Policy& policy) {
  if (one.baselined) return Kind::skipped;
  switch (one.judgement.verdict) {
    case Verdict::fail:
      return Kind::failure;
    case Verdict::warn:
      return policy.strict || one.judgement.severity >= policy.fail_on ? Kind::failure
                                                                       : Kind::passed;
    case Verdict::error:
      return Kind::error;
    case Verdict::skip:
    case Verdict::inconclusive:
      return Kind::skipped;
    case Verdict::pass:
      break;
  }
  return Kind::passed;
}

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, base::escape_markup(one_line(value)));
}

std::string text(std::string_view value) { return base::escape_markup(printable(value)); }

double seconds(std::chrono::microseconds span) { return static_cast<double>(span.count()) / 1e6; }

std::string message(const check::CaseResult& one) {
  const auto& finding = one.finding;
  if (!finding.actual.empty() && !finding.expected.empty()) {
    return fmt::format("expected {}, got {}", finding.expected, finding.actual);
  }
  return finding.reason.empty() ? one.subject.title : finding.reason;
}

/// What a reader of the CI page needs to act on it.
std::string details(const check::CaseResult& one, const check::RunResult& result) {
  const auto revision = revision_of(result, one);
  const auto advice = advice_on(one, result);
  std::string out = one.subject.title + "\n";
  const auto add = [&](std::string_view label, std::string_view value) {
    if (!value.empty()) out += fmt::format("{}: {}\n", label, value);
  };
  add("level", check::to_string(one.level));
  add("severity", check::to_string(one.judgement.severity));
  add("attacker", attacker_of(one));
  add("sent", one.subject.what_is_sent());
  add("expected", one.finding.expected);
  add("actual", one.finding.actual);
  add("reason", one.finding.reason);
  add("why", advice.why);
  add("fix", advice.fix);
  add("requirements", base::join(one.subject.requirements, ", "));
  for (const auto& reference : one.subject.references) {
    add(reference.document + " " + reference.section, reference.url(revision));
  }
  add("try", one.repro);
  return out;
}

std::string skip_message(const check::CaseResult& one) {
  if (one.baselined) {
    return fmt::format("accepted by the baseline{}: {}",
                       one.baseline_reason.empty() ? "" : " (" + one.baseline_reason + ")",
                       message(one));
  }
  const bool undecided = one.judgement.verdict == Verdict::inconclusive;
  return (undecided ? "inconclusive: " : "") + message(one);
}

std::string testcase(const check::CaseResult& one, const check::RunResult& result,
                     const check::Policy& policy) {
  const auto& subject = one.subject;
  std::string out = "    <testcase" + attribute("name", subject.id) +
                    attribute("classname", "mcp-authspec." + subject.suite()) +
                    fmt::format(" time=\"{:.6f}\"", seconds(one.duration));
  switch (kind_of(one, policy)) {
    case Kind::failure:
      return out + ">\n      <failure" + attribute("message", message(one)) +
             attribute("type", check::to_string(one.judgement.severity)) + ">" +
             text(details(one, result)) + "</failure>\n    </testcase>\n";
    case Kind::error:
      return out + ">\n      <error" + attribute("message", message(one)) +
             attribute("type", "error") + ">" + text(details(one, result)) +
             "</error>\n    </testcase>\n";
    case Kind::skipped:
      return out + ">\n      <skipped" + attribute("message", skip_message(one)) +
             "/>\n    </testcase>\n";
    case Kind::passed:
      break;
  }
  if (one.judgement.verdict != Verdict::warn) return out + "/>\n";
  return out + ">\n      <system-out>WARN\n" + text(details(one, result)) +
         "</system-out>\n    </testcase>\n";
}

struct Suite {
  std::string name;
  std::vector<const check::CaseResult*> members;
};

std::vector<Suite> suites_of(const check::RunResult& result) {
  std::vector<Suite> suites;
  for (const auto& one : result.cases) {
    const auto name = one.subject.suite();
    const auto found = std::find_if(suites.begin(), suites.end(),
                                    [&](const Suite& suite) { return suite.name == name; });
    if (found == suites.end()) {
      suites.push_back({name, {&one}});
    } else {
      found->members.push_back(&one);
    }
  }
  return suites;
}

struct Counts {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  std::chrono::microseconds time{0};

  void add(const check::CaseResult& one, const check::Policy& policy) {
    const auto kind = kind_of(one, policy);
    ++tests;
    failures += kind == Kind::failure;
    errors += kind == Kind::error;
    skipped += kind == Kind::skipped;
    time += one.duration;
  }
  std::string attributes() const {
    return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.6f}\"",
                       tests, failures, errors, skipped, seconds(time));
  }
};

std::string property(std::string_view name, std::string_view value) {
  return "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
}

std::string properties(const check::Decision& decision) {
  return "    <properties>\n" + property("decision", decision_text(decision)) +
         property("fail-on", check::to_string(decision.policy.fail_on)) + "    </properties>\n";
}

/// A run that could judge nothing must not look like a green one.
std::string problem_suite(const check::RunResult& result) {
  return "  <testsuite name=\"run\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" "
         "time=\"0.000000\">\n    <testcase name=\"run\" classname=\"mcp-authspec\" "
         "time=\"0.000000\">\n      <error" +
         attribute("message", result.problem) + attribute("type", "not testable") + ">" +
         text(result.target.output) + "</error>\n    </testcase>\n  </testsuite>\n";
}

}  // namespace

std::string write_junit(const check::RunResult& result, const Options& options) {
  Counts all;
  std::string body;
  for (const auto& suite : suites_of(result)) {
    Counts counts;
    std::string cases;
    for (const auto* one : suite.members) {
      counts.add(*one, options.decision.policy);
      all.add(*one, options.decision.policy);
      cases += testcase(*one, result, options.decision.policy);
    }
    body += "  <testsuite" + attribute("name", suite.name) + counts.attributes() +
            attribute("timestamp", base::iso_time(result.started)) + ">\n" +
            properties(options.decision) + cases + "  </testsuite>\n";
  }
  if (!result.problem.empty()) {
    body += problem_suite(result);
    ++all.tests, ++all.errors;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mcp-authspec\"" +
         all.attributes() + ">\n" + body + "</testsuites>\n";
}

}  // namespace reports
