#include "mock-idp/idp/behaviour.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace idp {
namespace {

TEST(Behaviour, IsAsUsualWhereTheNameSaysNothing) {
  const auto behaviour = behaviour_of("main", {Persona::okta, lax()});
  ASSERT_TRUE(behaviour);
  EXPECT_EQ(behaviour->persona, Persona::okta);
  EXPECT_EQ(behaviour->weaknesses, lax());
}

TEST(Behaviour, EveryScenarioIsKnown) {
  std::set<std::string> names;
  for (const Scenario& scenario : scenarios()) {
    EXPECT_TRUE(behaviour_of("main~" + scenario.name, {})) << scenario.name;
    EXPECT_TRUE(names.insert(scenario.name).second) << "twice: " << scenario.name;
    EXPECT_FALSE(scenario.summary.empty()) << scenario.name;
  }
}

TEST(Behaviour, HasTheWeaknessesThatTheNameLists) {
  const auto behaviour = behaviour_of("main~okta~strict~pkce-plain~code-reusable", {{}, lax()});
  ASSERT_TRUE(behaviour);
  EXPECT_EQ(behaviour->persona, Persona::okta);
  Weaknesses expected;
  expected.add(Weakness::pkce_plain);
  expected.add(Weakness::code_reusable);
  EXPECT_EQ(behaviour->weaknesses, expected);
}

TEST(Behaviour, AnUnknownWordIsNamed) {
  const auto behaviour = behaviour_of("main~pkce-plan", {});
  ASSERT_FALSE(behaviour);
  EXPECT_EQ(behaviour.error().message.find("there is no scenario \"pkce-plan\""), 0U);
  EXPECT_NE(behaviour.error().message.find("pkce-plain"), std::string::npos);
  EXPECT_FALSE(behaviour_of("main~", {}));
}

TEST(Weakness, EachIsFoundByItsId) {
  for (const WeaknessFact& fact : weakness_facts()) {
    EXPECT_EQ(weakness_from(fact.id), fact.weakness);
  }
  EXPECT_FALSE(weakness_from("pkce"));
}

}  // namespace
}  // namespace idp
