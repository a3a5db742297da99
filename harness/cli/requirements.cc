#include "harness/cli/requirements.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "harness/check/case.h"

namespace embedded {
extern const std::string_view requirements_json;
extern const std::string_view excluded_json;
}  // namespace embedded

namespace cli {
namespace {

using nlohmann::json;

std::map<std::string, std::string> reasons_by_id(const json& excluded) {
  std::map<std::string, std::string> reasons;
  for (const auto& entry : excluded.at("requirements")) {
    reasons[entry.at("id").get<std::string>()] = entry.at("reason").get<std::string>();
  }
  return reasons;
}

/// Both files are part of the program and tested, so they are not checked again.
std::vector<Requirement> read_requirements() {
  const auto excluded = json::parse(embedded::excluded_json);
  const auto by_id = reasons_by_id(excluded);
  const auto& by_role = excluded.at("roles");
  std::vector<Requirement> all;
  for (const auto& entry : json::parse(embedded::requirements_json)) {
    Requirement one{.id = entry.at("id").get<std::string>(),
                    .role = entry.at("role").get<std::string>(),
                    .level = entry.at("level").get<std::string>(),
                    .text = entry.at("text").get<std::string>(),
                    .revisions = entry.at("revisions").get<std::vector<std::string>>()};
    if (const auto found = by_id.find(one.id); found != by_id.end()) {
      one.excluded = found->second;
    } else if (by_role.contains(one.role)) {
      one.excluded = by_role.at(one.role).get<std::string>();
    }
    all.push_back(std::move(one));
  }
  return all;
}

template <typename List>
bool contains(const List& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

bool Requirement::in_force(mcp::Revision revision) const {
  return contains(revisions, mcp::to_string(revision));
}

const std::vector<Requirement>& requirements() {
  static const auto all = read_requirements();
  return all;
}

const Requirement* find_requirement(std::string_view id) {
  for (const auto& one : requirements()) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

std::vector<std::string> cases_covering(const Requirement& requirement) {
  std::vector<std::string> ids;
  for (const auto& one : check::all_cases()) {
    if (contains(one.requirements, requirement.id)) ids.push_back(one.id);
  }
  return ids;
}

}  // namespace cli
