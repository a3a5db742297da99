#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "suites/surface/doors.h"

namespace suites::surface {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kOrigin = "http://127.0.0.1:8080";

TEST(PathsNamedIn, FindsThoseOfAPageAndPutsWhatSoundsLikeMcpFirst) {
  EXPECT_THAT(paths_named_in(R"(<a href="/about">x</a> <a href='/internal/mcp'>y</a>)", kOrigin),
              ElementsAre("/internal/mcp", "/about"));
}

TEST(PathsNamedIn, FindsThoseOfTheHostsOwnUrlsOnly) {
  EXPECT_THAT(paths_named_in(R"({"resource":"http://127.0.0.1:8080/two/mcp",
                                 "issuer":"http://127.0.0.1:9/i/main"})",
                             kOrigin),
              ElementsAre("/two/mcp"));
}

TEST(PathsNamedIn, FindsLinkFieldsAndPlainText) {
  EXPECT_THAT(paths_named_in("</admin/rpc>; rel=\"service\"\nPOST /plain/stream.", kOrigin),
              ElementsAre("/admin/rpc", "/plain/stream"));
}

TEST(PathsNamedIn, LeavesOutFilesAndTheRoot) {
  EXPECT_THAT(
      paths_named_in(R"("/" "/style.css" "/a/../b" "text/plain" "//cdn.example/x")", kOrigin),
      IsEmpty());
}

}  // namespace
}  // namespace suites::surface
