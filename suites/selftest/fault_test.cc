#include "suites/selftest/fault.h"

#include <gtest/gtest.h>

#include <set>

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
