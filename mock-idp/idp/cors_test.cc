#include "mock-idp/idp/authorization_server_testing.h"

namespace idp {
namespace {

class Scripts : public AuthorizationServer {
 protected:
  http::ClientResponse ask(const std::string& method, const std::string& path,
                           const std::string& origin) const {
    return call({.method = method,
                 .url = path,
                 .headers = {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}}});
  }
  std::string shared(const std::string& path, const std::string& origin) const {
    return header_of(ask("GET", path, origin), "Access-Control-Allow-Origin");
  }
};

TEST_F(Scripts, OfThisMachineMayAskForTokens) {
  for (const char* origin :
       {"http://localhost:6274", "http://127.0.0.1:3000", "https://localhost"}) {
    for (const char* path :
         {"/token", "/register", "/userinfo", "/revoke", "/par", "/device_authorization"}) {
      const auto answer = ask("OPTIONS", path, origin);
      EXPECT_EQ(answer.status, 204) << path;
      EXPECT_EQ(header_of(answer, "Access-Control-Allow-Origin"), origin);
      EXPECT_NE(header_of(answer, "Access-Control-Allow-Headers").find("Authorization"),
                std::string::npos);
      EXPECT_EQ(header_of(answer, "Vary"), "Origin");
      EXPECT_EQ(shared(path, origin), origin) << "errors are told too";
    }
  }
}

TEST_F(Scripts, OfOtherPagesGetNoTokens) {
  for (const char* origin : {"https://evil.example", "null", "http://localhost.evil.example",
                             "http://user@localhost", "http://localhost/x", "file://"}) {
    EXPECT_EQ(ask("OPTIONS", "/token", origin).status, 405) << origin;
    EXPECT_EQ(shared("/token", origin), "") << origin;
  }
  for (const char* path : {"/authorize", "/introspect", "/end_session", "/nowhere"}) {
    EXPECT_EQ(shared(path, "http://localhost:6274"), "") << path;
  }
}

TEST_F(Scripts, OfAnyPageMayReadWhatIsPublic) {
  for (const char* path : {"/jwks", "/.well-known/openid-configuration"}) {
    EXPECT_EQ(shared(path, "https://any.example"), "*") << path;
    EXPECT_EQ(ask("OPTIONS", path, "https://any.example").status, 204) << path;
  }
}

}  // namespace
}  // namespace idp
