#include "reports/measured.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "reports/text.h"
#include "reports/timing.h"

namespace reports {
namespace {

constexpr std::string_view kUnits[] = {"s", "ms", "us", "bytes"};

std::string in_words(const nlohmann::json& value) {
  if (value.is_string()) return one_line(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_null()) return "unknown";
  if (value.is_array()) {
    std::vector<std::string> parts;
    for (const auto& part : value) parts.push_back(in_words(part));
    return parts.empty() ? "none" : base::join(parts, ", ");
  }
  if (value.is_object()) {
    std::vector<std::string> parts;
    for (const auto& [name, part] : value.items()) {
      parts.push_back(base::replace_all(name, "_", " ") + ": " + in_words(part));
    }
    return base::join(parts, ", ");
  }
  return base::dump(value);
}

/// Takes "_s" off the name and gives "s"; empty where there is no unit.
std::string take_unit(std::string& name) {
  for (const auto unit : kUnits) {
    const std::string suffix = "_" + std::string(unit);
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      name.resize(name.size() - suffix.size());
      return std::string(unit);
    }
  }
  return {};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> measured_facts(const check::RunResult& result) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [name, text] : result.observations) {
    if (const auto timing = read_timing({name, text})) {
      facts.emplace_back("timing " + timing->name, timing->words);
      continue;
    }
    const auto value = nlohmann::json::parse(text, nullptr, false);
    std::string words = value.is_discarded() ? one_line(text) : in_words(value);
    std::string label = one_line(name);
    const auto unit = take_unit(label);
    if (!unit.empty() && value.is_number()) words += " " + unit;
    std::replace(label.begin(), label.end(), '_', ' ');
    facts.emplace_back(base::replace_all(label, ".", " "), std::move(words));
  }
  return facts;
}

}  // namespace reports
