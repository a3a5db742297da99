#include "harness/oauth/html_form.h"

#include <gtest/gtest.h>

namespace oauth {
namespace {

TEST(HtmlForm, HasFieldsAndButtons) {
  const auto forms = read_forms(R"(<html><body><!-- <form> -->
    <form method="POST" action="/go?a=1&amp;b=2">
      <input type=hidden name=csrf value='x"y'>
      <input name="user"><input type="password" name="pass">
      <input type="checkbox" name="all"><input type="checkbox" name="some" checked>
      <button name="decision" value="allow">Yes, <b>allow</b></button>
      <button type="button" name="help">Help</button>
      <input type="submit" name="decision" value="Deny">
    </form></body></html>)");
  ASSERT_EQ(forms.size(), 1u);
  const Form& form = forms[0];
  EXPECT_EQ(form.method, "post");
  EXPECT_EQ(form.action, "/go?a=1&b=2");
  EXPECT_EQ(form.fields, (base::FormFields{{"csrf", "x\"y"}, {"some", "on"}}));
  EXPECT_EQ(form.empty_fields, (std::vector<std::string>{"user", "pass"}));
  ASSERT_EQ(form.buttons.size(), 2u);
  EXPECT_EQ(form.buttons[0].value, "allow");
  EXPECT_EQ(form.buttons[0].label, "Yes, allow");
  EXPECT_EQ(form.buttons[1].label, "Deny");
}

TEST(HtmlForm, ReferencesOfCharactersAreRead) {
  const auto forms =
      read_forms(R"(<form><input type=hidden name=a value="&lt;&#x41;&#66;&copy;&">)");
  ASSERT_EQ(forms.size(), 1u);
  EXPECT_EQ(forms[0].fields[0].second, "<AB&copy;&");
}

TEST(HtmlForm, WhatIsBrokenIsPassedOver) {
  for (const char* html : {"", "<", "<form", "<form method", "<form method=", "<form method='",
                           "<input name=x>", "<!--", "</form>", "<form><button>", "<<<>>>"}) {
    EXPECT_LE(read_forms(html).size(), 1u) << html;
  }
  EXPECT_EQ(read_forms("<p>no form</p><input name=x value=y>").size(), 0u);
}

TEST(HtmlForm, ThereIsAnEndToForms) {
  std::string html;
  for (int i = 0; i < 1000; ++i) html += "<form><input name=a value=b></form>";
  EXPECT_LE(read_forms(html).size(), 20u);
}

TEST(HtmlForm, WhatAsksForAPasswordIsKnown) {
  const auto forms = read_forms(
      R"(<form><input name="user"><input type="password" name="pw"><button>Go</button></form>)");
  ASSERT_EQ(forms.size(), 1u);
  EXPECT_EQ(forms[0].empty_fields, (std::vector<std::string>{"user", "pw"}));
  EXPECT_EQ(forms[0].passwords, std::vector<std::string>{"pw"});
}

}  // namespace
}  // namespace oauth
