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
