#include "harness/run/placeholders.h"

#include <gtest/gtest.h>

namespace run {
namespace {

Values with_port() {
  Values values = no_values();
  values["port"] = "8080";
  return values;
}

TEST(Placeholders, AreReplacedWhereverTheyStand) {
  EXPECT_EQ(fill("serve -p {{port}} --u=http://x:{{ port }}/mcp", with_port()).value(),
            "serve -p 8080 --u=http://x:8080/mcp");
}

TEST(Placeholders, BracesAroundAnythingElseAreLeftAlone) {
  for (const char* text : {"echo '{\"a\":{\"b\":1}}'", "{{}}", "{{", "}} {{", "${X}{{ a b }}"}) {
    EXPECT_EQ(fill(text, with_port()).value(), text);
  }
  EXPECT_EQ(fill("{{{port}}}", with_port()).value(), "{8080}");
}

TEST(Placeholders, AnUnknownOneIsNamedWithThoseThatAreKnown) {
  const auto filled = fill("serve {{prot}}", with_port());
  ASSERT_FALSE(filled);
  EXPECT_NE(filled.error().message.find("{{prot}}"), std::string::npos);
  EXPECT_NE(filled.error().message.find("jwks_uri"), std::string::npos);
}

TEST(Placeholders, OneWithoutAValueInThisModeIsNamed) {
  const auto filled = fill("serve {{api_key}}", with_port());
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().message, "the placeholder {{api_key}} has no value in this mode");
}

TEST(Placeholders, UseIsSeen) {
  EXPECT_TRUE(uses("x {{ port }}", "port"));
  EXPECT_FALSE(uses("x {{url}} port", "port"));
}

}  // namespace
}  // namespace run
