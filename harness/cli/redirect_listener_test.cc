#include "harness/cli/redirect_listener.h"

#include <gtest/gtest.h>

#include "common/http/client.h"

namespace cli {
namespace {

using namespace std::chrono_literals;

int get(const std::string& url) {
  http::ClientRequest request;
  request.url = url;
  const auto response = http::fetch(request, base::Deadline::after(10s));
  return response ? response->status : 0;
}

TEST(RedirectListener, TakesTheAnswerWithItsStateOnce) {
  auto listener = RedirectListener::start("http://127.0.0.1/callback", "s-1");
  ASSERT_TRUE(listener) << listener.error().message;
  const std::string uri = (*listener)->redirect_uri();
  EXPECT_EQ(get(uri + "?code=forged&state=other"), 400);
  EXPECT_EQ(get(uri + "/more?code=x&state=s-1"), 404);
  EXPECT_EQ(get(uri + "?code=good&state=s-1"), 200);
  EXPECT_EQ(get(uri + "?code=late&state=s-1"), 400);
  const auto answer = (*listener)->wait(base::Deadline::after(10s));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->front().second, "good");
}

TEST(RedirectListener, DoesNotWaitForEver) {
  auto listener = RedirectListener::start("http://localhost/callback", "s-1");
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_EQ((*listener)->redirect_uri().rfind("http://localhost:", 0), 0u);
  EXPECT_FALSE((*listener)->wait(base::Deadline::after(1ms)));
}

TEST(RedirectListener, ListensOnThisMachineOnly) {
  EXPECT_FALSE(RedirectListener::start("https://127.0.0.1/callback", "s"));
  EXPECT_FALSE(RedirectListener::start("http://client.example/callback", "s"));
}

}  // namespace
}  // namespace cli
