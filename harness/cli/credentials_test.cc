#include "harness/cli/credentials.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cli {
namespace {

using check::Mode;

constexpr const char* kVariable = "AUTHSPEC_CREDENTIALS_TEST";

class Credentials : public testing::Test {
 protected:
  void TearDown() override { ::unsetenv(kVariable); }
  static void set(const char* value) { ::setenv(kVariable, value, 1); }
  static std::string error(const CredentialFlags& flags, std::optional<Mode> mode = {}) {
    const auto read = read_credential(flags, mode);
    return read ? "none" : read.error().message;
  }
};

TEST_F(Credentials, AreNoneWithoutAFlag) {
  const auto read = read_credential({}, std::nullopt);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->supplied.given());
}

TEST_F(Credentials, OfAVariableLoseTheBlanksAroundThem) {
  set(" token-of-mine \n");
  const auto read = read_credential({.token_env = kVariable}, std::nullopt);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->supplied.text, "token-of-mine");
  EXPECT_FALSE(read->mode);
}

TEST_F(Credentials, OfOneKindOnlySettleTheMode) {
  set("alice:secret");
  EXPECT_EQ(read_credential({.basic_env = kVariable}, std::nullopt)->mode, Mode::basic);
  EXPECT_EQ(read_credential({.api_key_env = kVariable}, std::nullopt)->mode, Mode::api_key);
  EXPECT_EQ(read_credential({.api_key_env = kVariable}, Mode::in_band)->mode, Mode::in_band);
}

TEST_F(Credentials, ThatCannotBeUsedAreRefusedByTheNameOfTheirFlag) {
  EXPECT_EQ(error({.token_env = kVariable}),
            "--token-env: the variable AUTHSPEC_CREDENTIALS_TEST is not set");
  set("  ");
  EXPECT_EQ(error({.token_env = kVariable}), "--token-env: nothing is in there");
  set("no-colon");
  EXPECT_EQ(error({.basic_env = kVariable}), "--basic-env: expected \"user:password\"");
  set("two\nlines");
  EXPECT_EQ(error({.api_key_env = kVariable}),
            "--api-key-env: has a line break or a null byte in it");
  set("key");
  EXPECT_EQ(error({.api_key_env = kVariable}, Mode::oauth),
            "--api-key-env: mode oauth takes no such credential");
}

TEST_F(Credentials, TwoOfThemExcludeEachOther) {
  set("key");
  EXPECT_EQ(error({.token_env = kVariable, .api_key_env = kVariable}),
            "--token-env and --api-key-env exclude each other");
}

}  // namespace
}  // namespace cli
