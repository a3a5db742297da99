#include "harness/cli/requirements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/check/case.h"

namespace {

using testing::IsEmpty;

std::vector<std::string> of_servers_where(bool (*wanted)(const cli::Requirement&)) {
  std::vector<std::string> ids;
  for (const auto& one : cli::requirements()) {
    const bool about_servers = one.role == "RS" || one.role == "ALL";
    if (about_servers && wanted(one)) ids.push_back(one.id);
  }
  return ids;
}

TEST(Requirements, EachOfServersIsCoveredByACaseOrExcludedWithAReason) {
  EXPECT_THAT(of_servers_where([](const cli::Requirement& one) {
                return one.excluded.empty() && cli::cases_covering(one).empty();
              }),
              IsEmpty());
}

TEST(Requirements, NoneIsBothCoveredAndExcluded) {
  EXPECT_THAT(of_servers_where([](const cli::Requirement& one) {
                return !one.excluded.empty() && !cli::cases_covering(one).empty();
              }),
              IsEmpty());
}

TEST(Requirements, NoCaseNamesAnUnknownOne) {
  std::vector<std::string> unknown;
  for (const auto& one : check::all_cases()) {
    for (const auto& id : one.requirements) {
      if (cli::find_requirement(id) == nullptr) unknown.push_back(one.id + ": " + id);
    }
  }
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(Cases, HaveUniqueIdsAndAllThatAReaderNeeds) {
  std::vector<std::string> wanting;
  std::set<std::string> seen;
  for (const auto& one : check::all_cases()) {
    if (!seen.insert(one.id).second) wanting.push_back(one.id + ": twice");
    if (one.title.empty()) wanting.push_back(one.id + ": no title");
    if (one.why.empty()) wanting.push_back(one.id + ": no why");
    if (one.fix.empty() && one.level != check::Level::observe) {
      wanting.push_back(one.id + ": no fix");
    }
    // A demand without a source would be ours alone; advice may be.
    const bool demands = one.level == check::Level::must || one.level == check::Level::bcp;
    if (demands && one.references.empty()) wanting.push_back(one.id + ": no reference");
  }
  EXPECT_THAT(wanting, IsEmpty());
}

TEST(Cases, ReferToPagesWithAUrl) {
  std::vector<std::string> without;
  for (const auto& one : check::all_cases()) {
    for (const auto& reference : one.references) {
      if (!reference.url(mcp::kNewest).empty()) continue;
      without.push_back(one.id + ": " + reference.document + " " + reference.section);
    }
  }
  EXPECT_THAT(without, IsEmpty());
}

}  // namespace
