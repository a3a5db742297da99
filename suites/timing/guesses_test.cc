#include "suites/timing/guesses.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace suites {
namespace {

constexpr const char* kKey = "sk_live_0123456789abcdef0123456789abcdef";

TEST(Guesses, NearOnesAreRightButForTheLastThreeCharacters) {
  auto guesses = Guesses::at(kKey, 1);
  ASSERT_TRUE(guesses);
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const std::string guess = guesses->near();
    EXPECT_NE(guess, kKey);
    EXPECT_EQ(guess.substr(0, guess.size() - 3), std::string(kKey).substr(0, guess.size() - 3));
    EXPECT_EQ(guess.size(), std::string(kKey).size());
    seen.insert(guess);
  }
  EXPECT_GT(seen.size(), 300U);
  EXPECT_EQ(guesses->shared(), 29U);
}

TEST(Guesses, DecoysHaveTheFormAndThePublicPartAndNothingElse) {
  auto guesses = Guesses::at(kKey, 2);
  ASSERT_TRUE(guesses);
  const std::string first = guesses->decoy();
  EXPECT_EQ(first.substr(0, 8), "sk_live_");
  EXPECT_NE(first[8], kKey[8]);
  EXPECT_EQ(first.find_first_not_of("0123456789abcdef", 8), std::string::npos);
  const std::string second = guesses->decoy();
  EXPECT_EQ(second.substr(0, second.size() - 3), first.substr(0, first.size() - 3));
}

TEST(Guesses, KeepTheSignsOfASecret) {
  auto guesses = Guesses::at("6ba7b810-9dad-11d1-80b4-00c04fd430c8", 3);
  ASSERT_TRUE(guesses);
  for (const std::string& guess : {guesses->near(), guesses->decoy()}) {
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) EXPECT_EQ(guess[dash], '-');
  }
}

TEST(Guesses, OfOtherLengthsAreWrongFromTheFirstSecretCharacterOn) {
  auto guesses = Guesses::at(kKey, 4);
  ASSERT_TRUE(guesses);
  for (const std::size_t length : {39U, 40U, 41U}) {
    const std::string guess = guesses->anything(length);
    EXPECT_EQ(guess.size(), length);
    EXPECT_EQ(guess.substr(0, 8), "sk_live_");
    EXPECT_NE(guess[8], kKey[8]);
  }
}

TEST(Guesses, NeedASecretOfSomeLength) {
  EXPECT_FALSE(Guesses::at("", 1));
  EXPECT_FALSE(Guesses::at("hunter2", 1));
  EXPECT_FALSE(Guesses::at("----------------", 1));
  EXPECT_TRUE(Guesses::at("changeme", 1));
}

TEST(PublicPart, IsAFewWordsWithASignBehindEach) {
  EXPECT_EQ(public_part("sk_live_0123456789abcdef"), 8U);
  EXPECT_EQ(public_part("keyid.0123456789abcdef"), 6U);
  EXPECT_EQ(public_part("0123456789abcdef"), 0U);
  EXPECT_EQ(public_part("my_own_word_list"), 0U) << "too little would be left";
  EXPECT_EQ(public_part("0123456789abcdef_0123456789abcdef"), 0U) << "that is no name";
}

}  // namespace
}  // namespace suites
