#include "common/base/redact.h"

#include <gtest/gtest.h>

#include "common/base/base64.h"
#include "common/base/text.h"

namespace base {
namespace {

TEST(Redactor, HidesEverySpelling) {
  Redactor redactor;
  redactor.add("p@ss/word");
  EXPECT_EQ(redactor.apply("key=p@ss/word."), "key=***.");
  EXPECT_EQ(redactor.apply("p%40ss%2Fword"), "***");
  EXPECT_EQ(redactor.apply("Basic " + base64_encode("p@ss/word")), "Basic ***");
}

TEST(Redactor, HidesWhatAShellLineQuotes) {
  Redactor redactor;
  redactor.add("it's secret");
  EXPECT_EQ(redactor.apply("curl -H " + shell_quote("Key: it's secret")), "curl -H 'Key: ***'");
}

TEST(Redactor, HidesASecretInAnyLetterCase) {
  Redactor redactor;
  redactor.add("Key_0123456789abcdef");
  EXPECT_EQ(redactor.apply("KEY_0123456789ABCDEF key_0123456789abcdef"), "*** ***");
}

TEST(Redactor, HidesASecretInsideALongerBase64Text) {
  Redactor redactor;
  redactor.add("a-secret-of-the-user");
  for (const std::string before : {"", "u", "us", "use", "user:"}) {
    const std::string shown = redactor.apply(base64_encode(before + "a-secret-of-the-user" + "!"));
    EXPECT_NE(shown.find("***"), std::string::npos) << before;
    EXPECT_LE(shown.size(), base64_encode(before).size() + 3 + 4) << before << ": " << shown;
  }
}

TEST(Redactor, HidesHexadecimalDigitsAndMarkup) {
  Redactor redactor;
  redactor.add("p<ss&word");
  EXPECT_EQ(redactor.apply("703c737326776f7264 703C737326776F7264 p&lt;ss&amp;word"),
            "*** *** ***");
}

TEST(Redactor, HidesSecretsThatOverlap) {
  Redactor redactor;
  redactor.add("abcdef");
  redactor.add("defghi");
  EXPECT_EQ(redactor.apply("x abcdefghi y"), "x *** y");
}

TEST(Redactor, LongerSecretIsHiddenWhole) {
  Redactor redactor;
  redactor.add("secret");
  redactor.add("secret-two");
  EXPECT_EQ(redactor.apply("secret-two"), "***");
}

TEST(Redactor, TakesNoSecretThatWouldGarbleEverything) {
  Redactor redactor;
  redactor.add("abc");
  EXPECT_TRUE(redactor.empty());
  EXPECT_EQ(redactor.apply("abc"), "abc");
}

}  // namespace
}  // namespace base
