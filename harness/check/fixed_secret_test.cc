#include "harness/check/fixed_secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/base/text.h"

namespace check {
namespace {

constexpr const char* kGood = "tok_0aB9zZ";

using Make = NearMisses (*)(const std::string& good);
constexpr Make kAll[] = {near_miss::unlike,     near_miss::beginnings, near_miss::endings,
                         near_miss::longer,     near_miss::first_byte, near_miss::middle_byte,
                         near_miss::last_byte,  near_miss::other_case, near_miss::blanks,
                         near_miss::null_bytes, near_miss::non_ascii,  near_miss::samples};

TEST(NearMiss, IsNeverTheGoodOne) {
  for (const Make make : kAll) {
    for (const NearMiss& near : make(kGood)) EXPECT_NE(near.secret, kGood) << near.label;
  }
}

TEST(NearMiss, DiffersInOneByteOnlyWhereItsNameSaysSo) {
  const std::string good = kGood;
  const std::pair<Make, std::size_t> cases[] = {{near_miss::first_byte, 0},
                                                {near_miss::middle_byte, good.size() / 2},
                                                {near_miss::last_byte, good.size() - 1}};
  for (const auto& [make, at] : cases) {
    std::string changed = make(good).front().secret;
    ASSERT_EQ(changed.size(), good.size());
    EXPECT_FALSE(base::equal_ignoring_case(changed, good));
    changed[at] = good[at];
    EXPECT_EQ(changed, good);
  }
}

TEST(NearMiss, OfTheSameFormKeepsLengthAndPunctuation) {
  const std::string other = near_miss::unlike(kGood).front().secret;
  ASSERT_EQ(other.size(), std::string(kGood).size());
  EXPECT_EQ(other[3], '_');
  EXPECT_TRUE(std::isdigit(static_cast<unsigned char>(other[4])));
  EXPECT_TRUE(std::islower(static_cast<unsigned char>(other[0])));
}

TEST(NearMiss, InTheOtherCaseIsEqualButForTheCase) {
  EXPECT_EQ(near_miss::other_case(kGood).front().secret, "TOK_0Ab9Zz");
}

TEST(NearMiss, DoesNotTrySamplesThatAreTheSecretItself) {
  const auto without = near_miss::samples("changeme");
  EXPECT_EQ(without.size() + 1, near_miss::samples(kGood).size());
}

TEST(FixedSecretCases, NameTheSecretAsTheirSuiteDoes) {
  std::set<std::string> ids;
  for (const Case& one : fixed_secret_cases({"key", "the field X-API-Key", {"fault"}})) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_EQ(one.title.find('{'), std::string::npos) << one.title;
    EXPECT_EQ(one.title.find("token"), std::string::npos) << one.title;
    EXPECT_FALSE(one.faults.empty()) << one.id;
  }
}

}  // namespace
}  // namespace check
