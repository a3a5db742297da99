#include "suites/isolation/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace suites::isolation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(PathsIn, FindsLinksAndTexts) {
  EXPECT_THAT(paths_in(R"(<a href="/admin/sessions">x</a> <img src='/logo.png'>)"),
              ElementsAre("/admin/sessions", "/logo.png"));
  EXPECT_THAT(paths_in(R"({"status":"/status","mcp":"/mcp"})"), ElementsAre("/status", "/mcp"));
  EXPECT_THAT(paths_in("Try GET /stats?verbose=1 for numbers"), ElementsAre("/stats"));
}

TEST(PathsIn, LeavesOutOtherServersAndWhatSoundsLikeAChange) {
  EXPECT_THAT(paths_in(R"(<a href="//cdn.example/x.js"> <a href="https://host.example/y">)"),
              IsEmpty());
  EXPECT_THAT(paths_in(R"(<a href="/logout"><a href="/session/Delete">)"), IsEmpty());
  EXPECT_THAT(paths_in("/ // / \"/\""), IsEmpty());
}

TEST(PathsIn, NamesEachOnceAndTenAtMost) {
  EXPECT_THAT(paths_in(R"("/a" "/a" "/b")"), ElementsAre("/a", "/b"));
  std::string many;
  for (int i = 0; i < 50; ++i) many += " /page" + std::to_string(i);
  EXPECT_THAT(paths_in(many), SizeIs(10));
}

}  // namespace
}  // namespace suites::isolation
