#include "mock-idp/idp/redirect_uri.h"

#include <gtest/gtest.h>

namespace idp {
namespace {

TEST(RedirectUri, MayBeHttpsThisMachineOrAnApp) {
  for (const char* text :
       {"https://client.example/cb", "https://client.example/cb?x=1", "http://127.0.0.1/cb",
        "http://localhost:1234/cb", "http://[::1]:8080/", "com.example.app:/cb", "cursor://x/cb"}) {
    EXPECT_TRUE(check_redirect_uri(text)) << text;
  }
}

TEST(RedirectUri, MayNotBeWhatLeaksOrRuns) {
  for (const char* text : {"", "/cb", "http://client.example/cb", "https://client.example/cb#x",
                           "https://user@client.example/cb", "https://client.example/a b",
                           "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x",
                           "file:///etc/passwd", "https://", "http://127.0.0.1@evil.example/"}) {
    EXPECT_FALSE(check_redirect_uri(text)) << text;
  }
}

TEST(RedirectUri, IsComparedCharacterByCharacter) {
  const char* const registered = "https://client.example/cb";
  EXPECT_TRUE(is_same_redirect(registered, registered));
  for (const char* asked :
       {"https://client.example/cb/", "https://client.example/cb/more",
        "https://client.example/cb?x=1", "https://client.example:443/cb",
        "https://client.example:8443/cb", "https://CLIENT.example/cb", "https://client.example/",
        "https://client.example/%63b", "https://client.example@evil.example/cb",
        "https://client.example.evil.example/cb", "http://client.example/cb"}) {
    EXPECT_FALSE(is_same_redirect(registered, asked)) << asked;
  }
}

TEST(RedirectUri, AnAppMayTakeAnyPortOfThisMachine) {
  EXPECT_TRUE(is_same_redirect("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
  EXPECT_TRUE(is_same_redirect("http://127.0.0.1:1/cb?a=b", "http://127.0.0.1:2/cb?a=b"));
  EXPECT_TRUE(is_same_redirect("http://[::1]:1/cb", "http://[::1]:2/cb"));
  for (const char* asked :
       {"http://127.0.0.1:2/other", "http://localhost:2/cb", "https://127.0.0.1:2/cb",
        "http://127.0.0.1:2/cb?x=1", "http://127.0.0.1:2/cb#x", "http://x@127.0.0.1:2/cb"}) {
    EXPECT_FALSE(is_same_redirect("http://127.0.0.1:1/cb", asked)) << asked;
  }
}

}  // namespace
}  // namespace idp
