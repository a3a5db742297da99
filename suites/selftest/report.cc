#include "suites/selftest/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"

namespace selftest {
namespace {

std::size_t unproven_cases(const Matrix& matrix) {
  std::set<std::string> ids;
  for (const auto& doubt : matrix.unproven) ids.insert(doubt.case_id);
  return ids.size();
}

std::string section(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  return title + "\n  " + base::join(lines, "\n  ") + "\n\n";
}

std::string fault_line(const FaultProof& fault) {
  std::string line = fmt::format("{:<36} ", fault.id);
  if (!fault.found_by.empty()) {
    line += "found by " + base::join(fault.found_by, ", ");
    if (!fault.collateral.empty()) line += fmt::format("; and by {} more", fault.collateral.size());
  } else if (!fault.collateral.empty()) {
    line += "named by no case, found by " + base::join(fault.collateral, ", ");
  } else {
    line += "SURVIVES";
  }
  return line;
}

}  // namespace

std::string console_report(const Matrix& matrix, std::chrono::milliseconds took, bool verbose) {
  std::vector<std::string> survivors;
  std::vector<std::string> unnamed;
  std::vector<std::string> all;
  for (const auto& fault : matrix.faults) {
    all.push_back(fault_line(fault));
    if (fault.survived()) survivors.push_back(fmt::format("{}: {}", fault.id, fault.summary));
    if (!fault.survived() && fault.found_by.empty()) unnamed.push_back(fault_line(fault));
  }
  std::vector<std::string> doubts;
  for (const auto& doubt : matrix.unproven) doubts.push_back(doubt.case_id + " " + doubt.reason);

  std::string text;
  if (verbose) text += section("Faults", all);
  text += section("Faults that only cases find which do not name them", unnamed);
  text += section("Faults that no case finds", survivors);
  text += section("Cases that are not proven", doubts);
  std::vector<std::string> otherwise;
  for (const auto& fault : matrix.shown_otherwise) {
    otherwise.push_back(fmt::format("{}: by {}", fault.id, fault.shown_by));
  }
  text += section("Faults that no request shows, and what does", otherwise);
  text +=
      fmt::format("cases       {:>5}   {} unproven\n", matrix.cases.size(), unproven_cases(matrix));
  text += fmt::format("faults      {:>5}   {} survive\n", matrix.faults.size(), survivors.size());
  if (matrix.wide) {
    text += fmt::format("collateral  {:>5}   red verdicts of cases that do not name the fault\n",
                        matrix.collateral());
  }
  text += fmt::format("{} servers were judged in {:.1f} s: {}\n", matrix.stages,
                      static_cast<double>(took.count()) / 1000.0,
                      matrix.sound() ? "every case can pass and can fail" : "not sound");
  return text;
}

std::string json_report(const Matrix& matrix, std::chrono::milliseconds took) {
  using Json = nlohmann::ordered_json;
  Json doubts = Json::array();
  for (const auto& doubt : matrix.unproven) {
    doubts.push_back({{"case", doubt.case_id}, {"reason", doubt.reason}});
  }
  Json rows = Json::array();
  for (const auto& fault : matrix.faults) {
    rows.push_back({{"fault", fault.id},
                    {"summary", fault.summary},
                    {"found_by", fault.found_by},
                    {"missed_by", fault.missed_by},
                    {"collateral", fault.collateral},
                    {"stopped", fault.stopped}});
  }
  Json otherwise = Json::array();
  for (const auto& fault : matrix.shown_otherwise) {
    otherwise.push_back({{"fault", fault.id}, {"shown_by", fault.shown_by}});
  }
  Json cases = Json::array();
  for (const auto& subject : matrix.cases) {
    cases.push_back({{"case", subject.id}, {"faults", subject.faults}});
  }
  const Json document = {{"schema", "mcp-authspec/selftest/1"},
                         {"tool", {{"name", "mcp-authspec"}, {"version", AUTHSPEC_VERSION}}},
                         {"summary",
                          {{"cases", matrix.cases.size()},
                           {"faults", matrix.faults.size()},
                           {"survivors", matrix.survivors().size()},
                           {"unproven", unproven_cases(matrix)},
                           {"collateral", matrix.collateral()}}},
                         {"wide", matrix.wide},
                         {"duration_ms", took.count()},
                         {"survivors", matrix.survivors()},
                         {"unproven", std::move(doubts)},
                         {"shown_otherwise", std::move(otherwise)},
                         {"cases", std::move(cases)},
                         {"matrix", std::move(rows)}};
  return base::dump_pretty(document) + "\n";
}

}  // namespace selftest
