#include "common/base/text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Glob, MatchesStarsAndQuestionMarks) {
  EXPECT_TRUE(matches_glob("claims.*", "claims.expired"));
  EXPECT_TRUE(matches_glob("*.aud-*", "claims.aud-other"));
  EXPECT_TRUE(matches_glob("a?c", "abc"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_FALSE(matches_glob("claims", "claims.expired"));
  EXPECT_FALSE(matches_glob("a?c", "ac"));
}

TEST(Glob, ManyStarsDoNotBlowUp) {
  EXPECT_FALSE(matches_glob("*a*a*a*a*a*a*a*a*a*b", std::string(5'000, 'a')));
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a..b", '.'), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(split("", '.').empty());
}

TEST(Words, SkipsRunsOfBlanks) {
  EXPECT_EQ(words("  a  b "), (std::vector<std::string>{"a", "b"}));
}

TEST(ReplaceAll, DoesNotRescanWhatItWrote) { EXPECT_EQ(replace_all("aa", "a", "aa"), "aaaa"); }

TEST(ShellQuote, SurvivesQuotes) { EXPECT_EQ(shell_quote("it's"), R"('it'\''s')"); }

TEST(Abbreviate, SaysHowMuchIsMissing) {
  EXPECT_EQ(abbreviate("abcdef", 4), "abcd… (2 bytes more)");
  EXPECT_EQ(abbreviate("abcd", 4), "abcd");
}

TEST(Trim, TakesBlanksAndTabsOnly) { EXPECT_EQ(trim(" \ta\n "), "a\n"); }

TEST(EqualIgnoringCase, ComparesAsciiOnly) {
  EXPECT_TRUE(equal_ignoring_case("Bearer", "bEARER"));
  EXPECT_FALSE(equal_ignoring_case("Bearer", "Bearer "));
}

TEST(Text, NothingOfAnEscapedTextIsMarkup) {
  EXPECT_EQ(escape_markup(R"(<a href="x" title='y'>&</a>)"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
}

}  // namespace
}  // namespace base
