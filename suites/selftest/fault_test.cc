#include "suites/selftest/fault.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/text.h"
#include "harness/check/case.h"
#include "mock-idp/idp/behaviour.h"

namespace selftest {
namespace {

TEST(Faults, EachHasAnIdOfItsOwnAndAMode) {
  std::set<std::string> ids;
  for (const Fault& fault : faults()) {
    EXPECT_TRUE(ids.insert(fault.id).second) << fault.id;
    EXPECT_FALSE(fault.modes.empty()) << fault.id;
    EXPECT_FALSE(fault.summary.empty()) << fault.id;
  }
}

std::string text_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(Faults, WhatNoCaseCanFindIsShownByAScriptOfTheBuildThatSaysSo) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::vector<std::string> shown;
  for (const Fault& fault : faults()) {
    if (fault.shown_by.empty()) continue;
    shown.push_back(fault.id);
    EXPECT_NE(text_of(root / fault.shown_by).find(fault.id), std::string::npos) << fault.id;
    EXPECT_NE(text_of(root / ".ci/run").find(fault.shown_by), std::string::npos) << fault.id;
  }
  EXPECT_EQ(shown, std::vector<std::string>{"timing.skip"});
}

TEST(Faults, WhatIsShownOtherwiseIsNamedByNoCase) {
  for (const Fault& fault : faults()) {
    if (fault.shown_by.empty()) continue;
    for (const check::Case& subject : check::all_cases()) {
      EXPECT_FALSE(base::contains(subject.faults, fault.id)) << subject.id;
    }
  }
}

TEST(Faults, ThoseOfIssuersAreScenariosOfTheProvider) {
  std::size_t count = 0;
  for (const Fault& fault : faults()) {
    if (fault.modes != check::Modes{check::Mode::authorization_server}) continue;
    ++count;
    EXPECT_TRUE(idp::behaviour_of("x~strict~" + scenario_of(fault.id), {})) << fault.id;
  }
  EXPECT_EQ(count, idp::kWeaknesses);
}

}  // namespace
}  // namespace selftest
