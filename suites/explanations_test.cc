// Every case can be explained: what it sends, why it matters, what mends it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/check/case.h"
#include "mock-idp/jose/mutation.h"

namespace {

using testing::IsEmpty;

std::vector<std::string> ids_where(bool (*wanted)(const check::Case&)) {
  std::vector<std::string> ids;
  for (const auto& one : check::all_cases()) {
    if (wanted(one)) ids.push_back(one.id);
  }
  return ids;
}

TEST(Explanations, EveryCaseSaysWhatItSends) {
  EXPECT_THAT(ids_where([](const check::Case& one) { return one.what_is_sent().empty(); }),
              IsEmpty());
}

TEST(Explanations, WhatIsSentIsOneLine) {
  EXPECT_THAT(ids_where([](const check::Case& one) {
                return one.what_is_sent().find('\n') != std::string::npos;
              }),
              IsEmpty());
}

TEST(Explanations, ACaseNamedForItsMutationLeavesTheWordsToIt) {
  EXPECT_THAT(ids_where([](const check::Case& one) {
                const auto name = one.id.substr(one.id.find('.') + 1);
                return !one.sends.empty() && jose::find_mutation(name) != nullptr;
              }),
              IsEmpty());
}

TEST(Explanations, EveryCaseSaysWhyItMattersAndWhatMendsIt) {
  EXPECT_THAT(ids_where([](const check::Case& one) { return one.why.empty() || one.fix.empty(); }),
              IsEmpty());
}

TEST(Explanations, EveryCaseSaysWhoCanExploitItsBreach) {
  EXPECT_THAT(ids_where([](const check::Case& one) { return !one.attacker.has_value(); }),
              IsEmpty());
}

}  // namespace
