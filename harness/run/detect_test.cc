#include "harness/run/detect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/base64.h"

namespace run {
namespace {

using check::Mode;
using check::Modes;
using testing::ElementsAre;
using testing::IsEmpty;

std::string jwt(std::string_view header) {
  return base::base64url_encode(header) + ".e30.c2lnbmF0dXJl";
}

TEST(Hinted, AChallengeNamesItsModes) {
  EXPECT_THAT(hinted({.refused = true, .basic = true}), ElementsAre(Mode::basic));
  EXPECT_THAT(hinted({.refused = true, .key = true}), ElementsAre(Mode::api_key));
  EXPECT_EQ(hinted({.refused = true, .bearer = true}).front(), Mode::bearer);
}

TEST(Hinted, NothingIsTypicalOfARefusalWithoutAnySign) {
  EXPECT_THAT(hinted({.refused = true}), IsEmpty());
}

TEST(Hinted, ABearerChallengeThatSpeaksOfApiKeysIsOfTokensFirst) {
  const Modes modes = hinted({.refused = true, .bearer = true, .key = true});
  EXPECT_EQ(modes.front(), Mode::bearer);
  EXPECT_EQ(modes.back(), Mode::api_key);
}

TEST(Hinted, MetadataComesBeforeTheSchemeAndNoModeTwice) {
  EXPECT_THAT(hinted({.refused = true, .bearer = true, .metadata = true}),
              ElementsAre(Mode::oauth, Mode::introspection, Mode::userinfo, Mode::bearer,
                          Mode::jwt_key, Mode::jwt_shared));
}

TEST(Hinted, AnAuthorizationServerOfItsOwnIsAProxyFirst) {
  const Modes modes =
      hinted({.refused = true, .bearer = true, .metadata = true, .own_login = true});
  EXPECT_EQ(modes.front(), Mode::oauth_proxy);
  EXPECT_EQ(modes.at(1), Mode::oauth);
}

TEST(Hinted, AnOpenServerHasNoAuthorizationOrItIsInTheArguments) {
  const check::ArgumentHint argument{.argument = "api_key"};
  EXPECT_THAT(hinted({}), ElementsAre(Mode::none));
  EXPECT_THAT(hinted({.argument = argument, .called = false}), ElementsAre(Mode::in_band));
  EXPECT_THAT(hinted({.argument = argument, .called = true}),
              ElementsAre(Mode::in_band, Mode::none));
}

TEST(Hinted, OverStdioTheArgumentTellsTheModeElseTheEnvironment) {
  const check::ArgumentHint secret{.argument = "auth_token"};
  const check::ArgumentHint token{.argument = "jwt_token", .is_jwt = true};
  EXPECT_EQ(hinted({.stdio = true, .argument = secret}).front(), Mode::stdio_argument);
  EXPECT_EQ(hinted({.stdio = true, .argument = token}).front(), Mode::stdio_jwt);
  EXPECT_THAT(hinted({.stdio = true, .called = true, .needs_variable = true}),
              ElementsAre(Mode::stdio_env));
  EXPECT_THAT(hinted({.stdio = true, .called = true}), IsEmpty());
}

TEST(Fitting, TheAlgorithmOfATokenTellsWhoChecksIt) {
  const Modes modes = {Mode::bearer, Mode::jwt_shared, Mode::jwt_key, Mode::oauth,
                       Mode::introspection};
  EXPECT_THAT(fitting(jwt(R"({"alg":"HS256"})"), modes),
              ElementsAre(Mode::bearer, Mode::jwt_shared, Mode::introspection));
  EXPECT_THAT(fitting(jwt(R"({"alg":"RS256"})"), modes),
              ElementsAre(Mode::jwt_key, Mode::oauth, Mode::introspection));
  EXPECT_THAT(fitting("gho_0123456789", modes), ElementsAre(Mode::bearer, Mode::introspection));
}

TEST(Fitting, WhatOnlyLooksLikeAJwtIsOpaque) {
  const Modes modes = {Mode::bearer, Mode::oauth};
  for (const char* token : {"a.b.c", "..", "e30.e30.e30", "a.b"}) {
    EXPECT_THAT(fitting(token, modes), ElementsAre(Mode::bearer)) << token;
  }
}

TEST(ByQuestions, ASignedTokenThatNobodyAskedAboutIsCheckedWithAConfiguredKey) {
  EXPECT_EQ(by_questions(Mode::oauth, {}, false), Mode::jwt_key);
  EXPECT_EQ(by_questions(Mode::oauth, {}, true), Mode::oauth);
  EXPECT_EQ(by_questions(Mode::jwt_key, {.keys = 1}, false), Mode::oauth);
}

TEST(ByQuestions, TheEndpointThatWasAskedIsTheMode) {
  EXPECT_EQ(by_questions(Mode::introspection, {.userinfo = 1}, false), Mode::userinfo);
  EXPECT_EQ(by_questions(Mode::userinfo, {.introspection = 1, .userinfo = 1}, false),
            Mode::introspection);
  EXPECT_EQ(by_questions(Mode::oauth, {.keys = 1, .introspection = 1}, true), Mode::introspection);
}

TEST(ByQuestions, FixedSecretsAndLoginsAreWhatTheyAre) {
  for (const Mode mode : {Mode::none, Mode::bearer, Mode::api_key, Mode::basic, Mode::jwt_shared,
                          Mode::oauth_proxy, Mode::in_band}) {
    EXPECT_EQ(by_questions(mode, {.keys = 1, .userinfo = 1}, true), mode);
  }
}

}  // namespace
}  // namespace run
