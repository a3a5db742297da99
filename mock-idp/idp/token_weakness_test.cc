#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mock-idp/idp/token_side_testing.h"

// Each weakness of the token endpoint: what an issuer that has it does, and one that has not.
namespace idp {
namespace {

using namespace std::chrono_literals;

class TokenWeakness : public TokenSide {
 protected:
  /// The names of an issuer without that weakness, and of one with it.
  static std::vector<std::pair<std::string, bool>> both(const std::string& weakness) {
    return {{"main", false}, {"main~" + weakness, true}};
  }
  std::string error_of(const http::ClientResponse& response) const {
    const Json json = json_of(response);
    return json.value("error", response.status == 200 ? "none" : "no error");
  }
};

TEST_F(TokenWeakness, CodesAreReusable) {
  for (const auto& [name, weak] : both("code-reusable")) {
    use(name);
    const std::string text = code();
    const Json first = json_of(redeem(text));
    EXPECT_EQ(error_of(redeem(text)), weak ? "none" : "invalid_grant");
    EXPECT_EQ(is_active(first["access_token"]), weak);
  }
}

TEST_F(TokenWeakness, CodeReuseIsTolerated) {
  for (const auto& [name, weak] : both("code-reuse-tolerated")) {
    use(name);
    const std::string text = code();
    const Json first = json_of(redeem(text));
    EXPECT_EQ(error_of(redeem(text)), "invalid_grant");
    EXPECT_EQ(is_active(first["access_token"]), weak);
    EXPECT_EQ(error_of(refresh(first["refresh_token"])), weak ? "none" : "invalid_grant");
  }
}

TEST_F(TokenWeakness, CodesAreForAnyClient) {
  for (const auto& [name, weak] : both("code-for-any-client")) {
    use(name);
    EXPECT_EQ(error_of(redeem(code(), {{"client_id", "other"}})), weak ? "none" : "invalid_grant");
  }
}

TEST_F(TokenWeakness, CodesAreForAnyRedirect) {
  for (const auto& [name, weak] : both("code-for-any-redirect")) {
    use(name);
    const std::string other = "http://127.0.0.1:7/other";
    EXPECT_EQ(error_of(redeem(code(), {{"redirect_uri", other}})), weak ? "none" : "invalid_grant");
    EXPECT_EQ(error_of(redeem(code(), {{"redirect_uri", ""}})), weak ? "none" : "invalid_grant");
  }
}

TEST_F(TokenWeakness, CodesLiveForEver) {
  for (const auto& [name, weak] : both("code-everlasting")) {
    use(name);
    const std::string text = code();
    idp_->clock().advance(24h);
    EXPECT_EQ(error_of(redeem(text)), weak ? "none" : "invalid_grant");
  }
}

TEST_F(TokenWeakness, TokensAreGivenByGet) {
  for (const auto& [name, weak] : both("token-by-get")) {
    use(name);
    const auto response =
        call({.url = "/token?grant_type=client_credentials&client_id=me&client_secret=any"});
    EXPECT_EQ(response.status, weak ? 200 : 405);
  }
}

TEST_F(TokenWeakness, TokensAreCacheable) {
  for (const auto& [name, weak] : both("token-cacheable")) {
    use(name);
    EXPECT_EQ(header_of(redeem(code()), "Cache-Control"), weak ? "" : "no-store");
  }
}

TEST_F(TokenWeakness, ErrorCodesAreWrong) {
  for (const auto& [name, weak] : both("error-code-wrong")) {
    use(name);
    const auto response = redeem("no-such-code");
    EXPECT_EQ(response.status, weak ? 401 : 400);
    EXPECT_EQ(error_of(response), weak ? "invalid_request" : "invalid_grant");
  }
}

TEST_F(TokenWeakness, AnyPasswordGetsAToken) {
  for (const auto& [name, weak] : both("password-grant")) {
    use(name);
    const auto response = post("/token", {{"grant_type", "password"},
                                          {"client_id", "app"},
                                          {"username", "alice"},
                                          {"password", "x"}});
    EXPECT_EQ(error_of(response), weak ? "none" : "unsupported_grant_type");
    if (weak) {
      EXPECT_EQ(claims_of(json_of(response)["access_token"])["sub"], "alice");
    }
    const Json metadata = json_of(call({.url = "/.well-known/oauth-authorization-server"}));
    const auto types = metadata["grant_types_supported"].get<std::vector<std::string>>();
    EXPECT_EQ(std::count(types.begin(), types.end(), "password"), weak ? 1 : 0);
  }
}

TEST_F(TokenWeakness, ResourceIsIgnored) {
  for (const auto& [name, weak] : both("resource-ignored")) {
    use(name);
    const Json claims = claims_of(json_of(redeem(code()))["access_token"]);
    EXPECT_EQ(claims["aud"], weak ? idp_->issuer(name).url() : "http://localhost/mcp");
  }
}

TEST_F(TokenWeakness, RefreshTokensAreKept) {
  for (const auto& [name, weak] : both("refresh-kept")) {
    use(name);
    const std::string first = json_of(redeem(code()))["refresh_token"];
    EXPECT_EQ(json_of(refresh(first))["refresh_token"] == first, weak);
    EXPECT_EQ(error_of(refresh(first)), weak ? "none" : "invalid_grant");
  }
}

TEST_F(TokenWeakness, RefreshReuseIsTolerated) {
  for (const auto& [name, weak] : both("refresh-reuse-tolerated")) {
    use(name);
    const std::string first = json_of(redeem(code()))["refresh_token"];
    const std::string second = json_of(refresh(first))["refresh_token"];
    EXPECT_EQ(error_of(refresh(first)), "invalid_grant");
    EXPECT_EQ(error_of(refresh(second)), weak ? "none" : "invalid_grant");
  }
}

TEST_F(TokenWeakness, RefreshWidensScope) {
  for (const auto& [name, weak] : both("refresh-widens-scope")) {
    use(name);
    const std::string first = json_of(redeem(code()))["refresh_token"];
    const auto response = refresh(first, {{"scope", "a b admin"}});
    EXPECT_EQ(error_of(response), weak ? "none" : "invalid_scope");
    if (weak) {
      EXPECT_EQ(claims_of(json_of(response)["access_token"])["scope"], "a b admin");
    }
  }
}

TEST_F(TokenWeakness, ExchangeWidensScope) {
  for (const auto& [name, weak] :
       {std::pair{"main~strict~any-client~hint-logs-in", false}, {"main~lax", true}}) {
    use(name);
    const Json tokens = json_of(redeem(code()));
    const auto response =
        post("/token", {{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                        {"client_id", "server"},
                        {"client_secret", "any"},
                        {"subject_token", tokens["access_token"]},
                        {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"},
                        {"scope", "a admin"}});
    EXPECT_EQ(error_of(response), weak ? "none" : "invalid_scope");
  }
}

TEST_F(TokenWeakness, RevocationIsIgnored) {
  for (const auto& [name, weak] : both("revocation-ignored")) {
    use(name);
    const Json tokens = json_of(redeem(code()));
    EXPECT_EQ(revoke(tokens["access_token"]).status, 200);
    EXPECT_EQ(is_active(tokens["access_token"]), weak);
    EXPECT_TRUE(is_active(tokens["refresh_token"]));
    EXPECT_EQ(revoke(tokens["refresh_token"]).status, 200);
    EXPECT_EQ(error_of(refresh(tokens["refresh_token"])), weak ? "none" : "invalid_grant");
  }
}

}  // namespace
}  // namespace idp
