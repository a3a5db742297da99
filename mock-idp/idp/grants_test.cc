#include "mock-idp/idp/grants.h"

#include <gtest/gtest.h>

#include "common/base/base64.h"
#include "mock-idp/jose/key.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr char kLongVerifier[] = "a-verifier-that-is-forty-three-characters-long";

class GrantsTest : public testing::Test {
 protected:
  GrantsTest() { clock_.freeze(base::system_clock().now()); }
  std::string code() {
    return grants_.add_code({.issuer = "main",
                             .granted = {.subject = "alice",
                                         .client_id = "app",
                                         .scope = "a b",
                                         .audiences = {"urn:one", "urn:two"}},
                             .redirect_uri = "http://localhost/cb",
                             .challenge = base::base64url_encode(jose::sha256(kLongVerifier))});
  }
  static Redemption good() {
    return {.issuer = "main",
            .client_id = "app",
            .redirect_uri = "http://localhost/cb",
            .verifier = kLongVerifier};
  }
  static Refresh again() { return {.issuer = "main", .client_id = "app"}; }
  template <typename T>
  static std::string code_of(const Read<T>& read) {
    return read ? "none" : read.error().code;
  }

  base::AdjustableClock clock_;
  Grants grants_{clock_};
};

TEST_F(GrantsTest, ACodeGivesWhatWasGranted) {
  const auto exchanged = grants_.redeem(code(), good());
  ASSERT_TRUE(exchanged);
  EXPECT_EQ(exchanged->granted.subject, "alice");
  EXPECT_EQ(exchanged->granted.scope, "a b");
  EXPECT_FALSE(exchanged->refresh_token.empty());
}

TEST_F(GrantsTest, ACodeIsBoundToIssuerClientRedirectAndVerifier) {
  const std::string text = code();
  for (const auto& change : std::initializer_list<void (*)(Redemption&)>{
           [](Redemption& by) { by.issuer = "other"; },
           [](Redemption& by) { by.client_id = "other"; },
           [](Redemption& by) { by.redirect_uri = "http://localhost/other"; },
           [](Redemption& by) { by.redirect_uri.clear(); },
           [](Redemption& by) { by.verifier.back() = 'x'; },
           [](Redemption& by) { by.verifier.clear(); }}) {
    Redemption by = good();
    change(by);
    EXPECT_EQ(code_of(grants_.redeem(text, by)), "invalid_grant");
  }
  EXPECT_TRUE(grants_.redeem(text, good())) << "a wrong attempt does not use the code up";
}

TEST_F(GrantsTest, ACodeThatIsUsedTwiceTakesItsTokensBack) {
  const std::string text = code();
  const auto exchanged = grants_.redeem(text, good());
  grants_.note_access_token(exchanged->family, "jti-1");
  EXPECT_FALSE(grants_.is_revoked("jti-1"));
  EXPECT_EQ(code_of(grants_.redeem(text, good())), "invalid_grant");
  EXPECT_TRUE(grants_.is_revoked("jti-1"));
  EXPECT_EQ(code_of(grants_.refresh(exchanged->refresh_token, again())), "invalid_grant");
}

TEST_F(GrantsTest, ACodeLivesForAMinute) {
  const std::string text = code();
  clock_.advance(60s);
  EXPECT_EQ(code_of(grants_.redeem(text, good())), "invalid_grant");
}

TEST_F(GrantsTest, AVerifierWithoutAChallengeIsRefused) {
  const std::string text = grants_.add_code({.issuer = "main", .granted = {.client_id = "app"}});
  EXPECT_EQ(code_of(grants_.redeem(
                text, {.issuer = "main", .client_id = "app", .verifier = kLongVerifier})),
            "invalid_grant");
  EXPECT_TRUE(grants_.redeem(text, {.issuer = "main", .client_id = "app"}));
}

TEST_F(GrantsTest, ARefreshTokenIsReplacedAndReuseRevokesTheFamily) {
  const std::string first = grants_.redeem(code(), good())->refresh_token;
  const auto second = grants_.refresh(first, again());
  ASSERT_TRUE(second);
  EXPECT_NE(second->refresh_token, first);
  EXPECT_EQ(code_of(grants_.refresh(first, again())), "invalid_grant");
  EXPECT_EQ(code_of(grants_.refresh(second->refresh_token, again())), "invalid_grant");
}

TEST_F(GrantsTest, ARefreshTokenIsBoundToIssuerAndClientAndExpires) {
  const std::string token = grants_.redeem(code(), good())->refresh_token;
  EXPECT_EQ(code_of(grants_.refresh(token, {.issuer = "main", .client_id = "other"})),
            "invalid_grant");
  EXPECT_EQ(code_of(grants_.refresh(token, {.issuer = "other", .client_id = "app"})),
            "invalid_grant");
  EXPECT_TRUE(grants_.look_up_refresh_token(token, "main"));
  clock_.advance(24h);
  EXPECT_FALSE(grants_.look_up_refresh_token(token, "main"));
  EXPECT_EQ(code_of(grants_.refresh(token, again())), "invalid_grant");
}

TEST_F(GrantsTest, ScopeAndResourceGetNarrowerOnly) {
  std::string token = grants_.redeem(code(), good())->refresh_token;
  auto by = again();
  by.scope = "a c";
  EXPECT_EQ(code_of(grants_.refresh(token, by)), "invalid_scope");
  by.scope = "b";
  by.audiences = {"urn:three"};
  EXPECT_EQ(code_of(grants_.refresh(token, by)), "invalid_target");
  by.audiences = {"urn:two"};
  const auto narrow = grants_.refresh(token, by);
  ASSERT_TRUE(narrow);
  EXPECT_EQ(narrow->granted.scope, "b");
  EXPECT_EQ(narrow->granted.audiences, std::vector<std::string>{"urn:two"});
  EXPECT_EQ(grants_.refresh(narrow->refresh_token, again())->granted.scope, "a b");
}

TEST_F(GrantsTest, ARevokedRefreshTokenTakesItsAccessTokensAlong) {
  const auto exchanged = grants_.redeem(code(), good());
  grants_.note_access_token(exchanged->family, "jti-1");
  EXPECT_FALSE(grants_.revoke_refresh_token(exchanged->refresh_token, "main", "other"));
  EXPECT_TRUE(grants_.revoke_refresh_token(exchanged->refresh_token, "main", "app"));
  EXPECT_TRUE(grants_.is_revoked("jti-1"));
  EXPECT_EQ(code_of(grants_.refresh(exchanged->refresh_token, again())), "invalid_grant");
}

TEST_F(GrantsTest, TheOldestCodesMakeRoom) {
  const std::string oldest = code();
  for (int i = 0; i < 10'000; ++i) code();
  EXPECT_EQ(code_of(grants_.redeem(oldest, good())), "invalid_grant");
}

TEST(Pkce, KnowsTheExampleOfItsSpecification) {
  // RFC 7636, appendix B.
  constexpr char kExample[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  constexpr char kExampleChallenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  EXPECT_TRUE(fits_challenge(kExample, kExampleChallenge));
  EXPECT_FALSE(fits_challenge(kExampleChallenge, kExample));
  EXPECT_FALSE(fits_challenge("short", kExampleChallenge));
  EXPECT_TRUE(is_challenge(kExampleChallenge));
  EXPECT_FALSE(is_challenge("short"));
}

}  // namespace
}  // namespace idp
