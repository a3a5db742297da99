#include "harness/cli/baseline.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/suggest.h"
#include "harness/cli/support.h"

namespace cli {
namespace {

using check::Verdict;
using nlohmann::json;

std::vector<std::string> known_ids() {
  std::vector<std::string> ids;
  for (const auto& one : check::all_cases()) ids.push_back(one.id);
  return ids;
}

base::Result<Accepted> read_entry(const json& entry, const std::string& pointer) {
  if (!entry.is_object()) return base::fail(pointer + ": must be an object with id and reason");
  for (const auto& [name, value] : entry.items()) {
    const auto place = pointer + "/" + name;
    if (name != "id" && name != "reason") return base::fail(place + ": unknown member");
    if (!value.is_string()) return base::fail(place + ": must be a string");
  }
  if (!entry.contains("id")) return base::fail(pointer + "/id: is missing");
  Accepted accepted{entry.at("id").get<std::string>(), entry.value("reason", "")};
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
  for (auto& one : result.cases) {
    const bool known = find(baseline, one.subject.id) != nullptr;
    one.baselined = known && is_finding(one);
    if (one.baselined) result.baseline_accepted.push_back(one.subject.id);
    if (known && one.judgement.verdict == Verdict::pass) {
      result.baseline_stale.push_back(one.subject.id);
    }
  }
}

std::vector<Accepted> updated_baseline(const std::vector<Accepted>& baseline,
                                       const check::RunResult& result) {
  std::vector<Accepted> updated;
  for (const auto& entry : baseline) {
    const bool passes =
        std::any_of(result.cases.begin(), result.cases.end(), [&](const check::CaseResult& one) {
          return one.subject.id == entry.id && one.judgement.verdict == Verdict::pass;
        });
    if (!passes) updated.push_back(entry);
  }
  for (const auto& one : result.cases) {
    if (!is_finding(one) || find(baseline, one.subject.id) != nullptr) continue;
    updated.push_back({one.subject.id, "found on " + base::iso_time(result.started)});
  }
  return updated;
}

std::string baseline_text(const std::vector<Accepted>& baseline) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : baseline) {
    nlohmann::ordered_json entry;
    entry["id"] = one.id;
    entry["reason"] = one.reason;
    list.push_back(std::move(entry));
  }
  nlohmann::ordered_json document;
  document["accepted"] = std::move(list);
  return base::dump_pretty(document) + "\n";
}

}  // namespace cli
