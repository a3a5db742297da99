#include "harness/check/argument_hint.h"

#include <gtest/gtest.h>

namespace check {
namespace {

std::optional<ArgumentHint> hint(const std::string& properties) {
  return argument_hint(R"({"tools":[{"name":"add","inputSchema":{"properties":{"a":{})" +
                       properties + "}}}]}");
}

TEST(ArgumentHint, CredentialsAreKnownByTheirNames) {
  EXPECT_EQ(hint(R"(,"auth_token":{})")->argument, "auth_token");
  EXPECT_EQ(hint(R"(,"apiKey":{})")->argument, "apiKey");
  EXPECT_FALSE(hint(R"(,"b":{})"));
  EXPECT_FALSE(argument_hint("no JSON"));
}

TEST(ArgumentHint, OrByBeingMarked) {
  EXPECT_EQ(hint(R"(,"pin":{"format":"password"})")->argument, "pin");
  EXPECT_EQ(hint(R"(,"pin":{"writeOnly":true})")->argument, "pin");
}

TEST(ArgumentHint, TheLikeliestCounts) {
  EXPECT_EQ(hint(R"(,"token":{},"auth_token":{})")->argument, "auth_token");
}

TEST(ArgumentHint, ModesAreToldByTransportAndKind) {
  const auto key = hint(R"(,"auth_token":{})");
  EXPECT_EQ(key->mode(/*stdio=*/true), Mode::stdio_argument);
  EXPECT_EQ(key->mode(/*stdio=*/false), Mode::in_band);
  EXPECT_EQ(hint(R"(,"jwt_token":{})")->mode(/*stdio=*/true), Mode::stdio_jwt);
  EXPECT_EQ(hint(R"(,"token":{"description":"A JWT."})")->mode(/*stdio=*/true), Mode::stdio_jwt);
}

}  // namespace
}  // namespace check
