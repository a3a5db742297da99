#include "suites/challenge/echo.h"

#include <gtest/gtest.h>

namespace suites::challenge {
namespace {

const std::string kToken = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
/// A payload that is not encoded (RFC 7797), with the server's URL in it.
const std::string kUnencoded = "eyJiNjQiOmZhbHNlfQ.{\"aud\":\"http://localhost:3000/mcp\"}.c2ln";
const std::string kChallenge =
    "Bearer resource_metadata=\"http://localhost:3000/.well-known/oauth-protected-resource/mcp\"";

TEST(Echoes, FindsAWholeCredentialAndAPartOfIt) {
  EXPECT_TRUE(echoes("invalid token " + kToken, kToken, ""));
  EXPECT_TRUE(echoes("cannot parse " + kToken.substr(5, 24), kToken, ""));
  EXPECT_FALSE(echoes("invalid token", kToken, ""));
  EXPECT_FALSE(echoes(kToken, "short", ""));
}

TEST(Echoes, DoesNotCountWhatIsSaidWithoutTheCredential) {
  EXPECT_TRUE(echoes(kChallenge, kUnencoded, ""));
  EXPECT_FALSE(echoes(kChallenge, kUnencoded, kChallenge));
  EXPECT_TRUE(echoes(kChallenge + kUnencoded, kUnencoded, kChallenge));
}

}  // namespace
}  // namespace suites::challenge
