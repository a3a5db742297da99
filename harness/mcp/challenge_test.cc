#include <gtest/gtest.h>

#include "harness/mcp/protocol.h"

namespace mcp {
namespace {

std::vector<Challenge> read(std::vector<std::string> fields) {
  wire::Response response{.status = 401};
  for (auto& field : fields) response.headers.push_back({"www-authenticate", std::move(field)});
  return read_challenges(response);
}

std::string parameter(const Challenge& challenge, std::string_view name) {
  const std::string* value = challenge.parameter(name);
  return value == nullptr ? "(absent)" : *value;
}

TEST(ReadChallenges, ParametersAreFoundByNameInAnyCase) {
  const auto all = read({R"(Bearer Realm="mcp", error=invalid_token)"});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].scheme, "Bearer");
  EXPECT_EQ(parameter(all[0], "realm"), "mcp");
  EXPECT_EQ(parameter(all[0], "ERROR"), "invalid_token");
}

TEST(ReadChallenges, SeveralChallengesInOneFieldAreToldApart) {
  const auto all =
      read({R"(Bearer realm="a", scope="x y", DPoP algs="ES256", Negotiate, Basic realm="b")"});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(parameter(all[0], "scope"), "x y");
  EXPECT_EQ(all[1].scheme, "DPoP");
  EXPECT_EQ(parameter(all[1], "algs"), "ES256");
  EXPECT_EQ(all[2].scheme, "Negotiate");
  EXPECT_EQ(parameter(all[3], "realm"), "b");
}

TEST(ReadChallenges, SeveralFieldsAreReadInOrder) {
  const auto all = read({"Bearer", R"(Basic realm="x")"});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].scheme, "Bearer");
  EXPECT_EQ(all[1].scheme, "Basic");
}

TEST(ReadChallenges, RawQuotesInsideAQuotedStringAreKept) {
  const auto all = read(
      {R"(Bearer error="invalid_token", error_description="the "aud" claim is wrong", scope="x")"});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(parameter(all[0], "error_description"), R"(the "aud" claim is wrong)");
  EXPECT_EQ(parameter(all[0], "scope"), "x");
}

TEST(ReadChallenges, BlanksInPlaceOfCommasDoNotMatter) {
  const auto all = read({R"(Bearer realm="a" error="invalid_token" Basic realm="b")"});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(parameter(all[0], "error"), "invalid_token");
  EXPECT_EQ(all[1].scheme, "Basic");
}

TEST(ReadChallenges, UnquotedUrlsAreReadWhole) {
  const auto all = read({"Bearer resource_metadata=http://127.0.0.1:1/.well-known/x?a=b, scope=y"});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(parameter(all[0], "resource_metadata"), "http://127.0.0.1:1/.well-known/x?a=b");
  EXPECT_EQ(parameter(all[0], "scope"), "y");
}

TEST(ReadChallenges, EscapesAreResolved) {
  const auto all = read({R"(Bearer realm="a \"b\" \\ c")"});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(parameter(all[0], "realm"), R"(a "b" \ c)");
}

TEST(ReadChallenges, Token68IsNoParameter) {
  const auto all = read({"Negotiate YWJj=="});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].token68, "YWJj==");
  EXPECT_TRUE(all[0].parameters.empty());
}

TEST(ReadChallenges, JunkDoesNotStopIt) {
  for (const char* junk : {"", ",,,", "=", "\"", "Bearer =", "Bearer realm=\"open", "a b c d", "\\",
                           "Bearer ,=,\"", "x=y"}) {
    read({junk});
  }
  const auto all = read({"Bearer error=\"x\", something is wrong here, scope=\"s\""});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(parameter(all[0], "scope"), "s");
}

TEST(ChallengeSyntax, WhatTheGrammarAllowsPasses) {
  for (const char* good :
       {R"(Bearer realm="mcp")", R"(Bearer realm=mcp,error="invalid_token" , scope="a b")",
        R"(Bearer realm = "mcp" , error	=	invalid_token)",
        R"(Negotiate YWJj==, Bearer realm="x")", R"(Bearer realm="x", DPoP algs="ES256 RS256")",
        R"(bearer realm="a, b = \" c")", R"(Negotiate, Bearer realm="")",
        R"(Bearer   realm="x")"}) {
    EXPECT_EQ(challenge_syntax_error(good), std::nullopt) << good;
  }
}

TEST(ChallengeSyntax, EveryBreachIsSaidInWords) {
  struct Bad {
    const char* field;
    const char* what;
  };
  for (const Bad& bad :
       std::initializer_list<Bad>{{"", "empty"},
                                  {"Bearer", "no parameter"},
                                  {"Bearer realm=", "no parameter"},
                                  {R"(Bearer realm="a" error="b")", "a comma is missing"},
                                  {R"(Bearer realm="a", , error="b")", "empty list element"},
                                  {R"(Bearer realm="a",)", "empty list element"},
                                  {R"(Bearer realm="a", Realm="b")", "twice"},
                                  {R"(Bearer realm="the "aud" claim")", "goes on with"},
                                  {R"(Bearer realm="open)", "not closed"},
                                  {R"(Bearer resource_metadata=http://x/y)", "goes on with"},
                                  {R"(realm="x")", "without a scheme"},
                                  {R"(Bearer error="b", realm=)", "neither a token nor"},
                                  {R"(Negotiate abc==, realm="x")", "beside a token68"},
                                  {R"("Bearer")", "a token is expected"},
                                  {"Bearer realm=\"a\x01\"", "control character"},
                                  {R"(Bearer error_description="say \"x\"")", "RFC 6750"}}) {
    const auto error = challenge_syntax_error(bad.field);
    ASSERT_TRUE(error) << bad.field;
    EXPECT_NE(error->find(bad.what), std::string::npos) << bad.field << " -> " << *error;
  }
}

TEST(ChallengeSyntax, AParameterMayRecurInAnotherChallenge) {
  EXPECT_EQ(challenge_syntax_error(R"(Bearer realm="a", Basic realm="a")"), std::nullopt);
}

}  // namespace
}  // namespace mcp
