#include "harness/cli/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "harness/cli/support.h"

namespace cli {
namespace {

using check::Verdict;
using nlohmann::json;

constexpr std::array<std::string_view, 4> kMembers = {"id", "outcome", "severity", "reason"};

std::vector<std::string> known_ids() {
  std::vector<std::string> ids;
  for (const auto& one : check::all_cases()) ids.push_back(one.id);
  return ids;
}

/// Outcomes by how bad they are.
int rank(check::Outcome outcome) {
  switch (outcome) {
    case check::Outcome::accepted:
      return 2;
    case check::Outcome::misrefused:
      return 1;
    case check::Outcome::refused:
    case check::Outcome::not_applicable:
      break;
  }
  return 0;
}

bool is_worse(const check::CaseResult& one, const Accepted& accepted) {
  return (accepted.outcome && rank(one.finding.outcome) > rank(*accepted.outcome)) ||
         (accepted.severity && one.judgement.severity > *accepted.severity);
}

std::string as_found(check::Outcome outcome, check::Severity severity) {
  return outcome == check::Outcome::not_applicable
             ? std::string(check::to_string(severity))
             : fmt::format("{} ({})", check::to_string(severity), check::to_string(outcome));
}

std::string got_worse(const check::CaseResult& one, const Accepted& accepted) {
  return fmt::format("{} is {} now; accepted was {}", one.subject.id,
                     as_found(one.finding.outcome, one.judgement.severity),
                     as_found(accepted.outcome.value_or(one.finding.outcome),
                              accepted.severity.value_or(one.judgement.severity)));
}

base::Result<Accepted> read_entry(const json& entry, const std::string& pointer) {
  if (!entry.is_object()) {
    return base::fail(pointer + ": must be an object with id, outcome, severity and reason");
  }
  for (const auto& [name, value] : entry.items()) {
    const auto place = pointer + "/" + name;
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
      return base::fail(place + ": unknown member");
    }
    if (!value.is_string()) return base::fail(place + ": must be a string");
  }
  if (!entry.contains("id")) return base::fail(pointer + "/id: is missing");
  Accepted accepted{entry.at("id").get<std::string>(), entry.value("reason", "")};
  if (entry.contains("outcome")) {
    accepted.outcome = check::outcome_named(entry.at("outcome").get<std::string>());
    if (!accepted.outcome) {
      return base::fail(pointer + "/outcome: must be n/a, refused, misrefused or accepted");
    }
  }
  if (entry.contains("severity")) {
    accepted.severity = check::severity_named(entry.at("severity").get<std::string>());
    if (!accepted.severity) {
      return base::fail(pointer + "/severity: must be info, low, medium, high or critical");
    }
  }
  if (check::find_case(accepted.id) == nullptr) {
    return base::fail(fmt::format("{}/id: there is no case \"{}\"{}", pointer, accepted.id,
                                  base::suggestion(accepted.id, known_ids())));
  }
  return accepted;
}

const Accepted* find(const std::vector<Accepted>& baseline, const std::string& id) {
  const auto found = std::find_if(baseline.begin(), baseline.end(),
                                  [&](const Accepted& one) { return one.id == id; });
  return found == baseline.end() ? nullptr : &*found;
}

bool is_finding(const check::CaseResult& one) {
  return one.judgement.verdict == Verdict::fail || one.judgement.verdict == Verdict::warn;
}

}  // namespace

base::Result<std::vector<Accepted>> read_baseline(const std::string& path) {
  const auto text = base::read_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto document = base::parse_json_with_comments(*text);
  if (!document) return base::fail(path + ": " + document.error().message);
  if (!document->is_object() || !document->contains("accepted") ||
      !document->at("accepted").is_array()) {
    return base::fail(path + ": /accepted: must be an array");
  }
  for (const auto& [name, value] : document->items()) {
    if (name != "accepted") return base::fail(fmt::format("{}: /{}: unknown member", path, name));
  }
  std::vector<Accepted> baseline;
  for (const auto& entry : document->at("accepted")) {
    auto accepted = read_entry(entry, fmt::format("/accepted/{}", baseline.size()));
    if (!accepted) return base::fail(path + ": " + accepted.error().message);
    baseline.push_back(std::move(*accepted));
  }
  return baseline;
}

void apply_baseline(const std::vector<Accepted>& baseline, check::RunResult& result) {
  result.baseline_accepted.clear();
  result.baseline_stale.clear();
  result.baseline_worse.clear();
  for (auto& one : result.cases) {
    one.baselined = false;
    one.baseline_reason.clear();
    const Accepted* const known = find(baseline, one.subject.id);
    if (known == nullptr) continue;
    if (one.judgement.verdict == Verdict::pass) {
      result.baseline_stale.push_back(one.subject.id);
    } else if (is_finding(one) && is_worse(one, *known)) {
      result.baseline_worse.push_back(got_worse(one, *known));
    } else if (is_finding(one)) {
      one.baselined = true;
      one.baseline_reason = known->reason;
      result.baseline_accepted.push_back(one.subject.id);
    }
  }
}

std::vector<Accepted> updated_baseline(const std::vector<Accepted>& baseline,
                                       const check::RunResult& result) {
  std::vector<Accepted> updated;
  const auto add = [&](const check::CaseResult& one, std::string reason) {
    updated.push_back(
        {one.subject.id, std::move(reason), one.finding.outcome, one.judgement.severity});
  };
  for (const auto& entry : baseline) {
    const auto ran =
        std::find_if(result.cases.begin(), result.cases.end(),
                     [&](const check::CaseResult& one) { return one.subject.id == entry.id; });
    if (ran != result.cases.end() && is_finding(*ran)) {
      add(*ran, entry.reason);
    } else if (ran == result.cases.end() || ran->judgement.verdict != Verdict::pass) {
      updated.push_back(entry);
    }
  }
  for (const auto& one : result.cases) {
    if (!is_finding(one) || find(baseline, one.subject.id) != nullptr) continue;
    add(one, "found on " + base::iso_time(result.started));
  }
  return updated;
}

std::string baseline_text(const std::vector<Accepted>& baseline) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : baseline) {
    nlohmann::ordered_json entry;
    entry["id"] = one.id;
    if (one.outcome) entry["outcome"] = check::to_string(*one.outcome);
    if (one.severity) entry["severity"] = check::to_string(*one.severity);
    entry["reason"] = one.reason;
    list.push_back(std::move(entry));
  }
  nlohmann::ordered_json document;
  document["accepted"] = std::move(list);
  return base::dump_pretty(document) + "\n";
}

}  // namespace cli
