#include "common/base/headers.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Headers, AreFoundWhateverTheirCase) {
  const Headers headers = {{"WWW-Authenticate", "Bearer"}, {"www-authenticate", "DPoP"}};
  EXPECT_EQ(*find_header(headers, "Www-Authenticate"), "Bearer");
  EXPECT_EQ(all_headers(headers, "WWW-AUTHENTICATE").size(), 2U);
  EXPECT_EQ(find_header(headers, "Host"), nullptr);
}

TEST(Headers, SettingLeavesOneAtTheOldPlace) {
  Headers headers = {{"A", "1"}, {"B", "2"}, {"a", "3"}};
  set_header(headers, "a", "4");
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[0].value, "4");
  remove_header(headers, "A");
  EXPECT_EQ(headers.size(), 1U);
}

TEST(Headers, NameOfAFieldIsAToken) {
  EXPECT_TRUE(is_field_name("X-API-Key"));
  EXPECT_TRUE(is_field_name("!#$%&'*+-.^_`|~09az"));
  for (const char* wrong : {"", "two words", "colon:", "line\n", "quote\"", "\xC3\xA4"}) {
    EXPECT_FALSE(is_field_name(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace base
