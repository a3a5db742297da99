#include "harness/check/memo.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace check {
namespace {

TEST(Memo, IsFoundOutOnceHoweverManyAskAtTheSameTime) {
  Memo memo;
  std::atomic<int> made{0};
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      right += memo.once<std::string>("answer", [&] {
        ++made;
        return std::string("42");
      }) == "42";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(right, 8);
}

TEST(Memo, EachNameHasItsOwn) {
  Memo memo;
  EXPECT_EQ(memo.once<int>("one", [] { return 1; }), 1);
  EXPECT_EQ(memo.once<int>("two", [] { return 2; }), 2);
  EXPECT_EQ(memo.once<int>("one", [] { return 3; }), 1);
}

TEST(Memo, OneMayAskForAnother) {
  Memo memo;
  const int sum =
      memo.once<int>("sum", [&] { return 1 + memo.once<int>("one", [] { return 1; }); });
  EXPECT_EQ(sum, 2);
}

}  // namespace
}  // namespace check
