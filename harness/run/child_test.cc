#include "harness/run/child.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <charconv>
#include <csignal>

#include "common/base/file.h"

namespace run {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 20s;

std::unique_ptr<Child> start(const std::string& command,
                             const std::map<std::string, std::string>& environment = {}) {
  auto child = Child::start(command, environment);
  EXPECT_TRUE(child) << child.error().message;
  return std::move(*child);
}

/// Waits until the output holds a line "pid N" and gives N.
pid_t announced_pid(const Child& child) {
  const auto deadline = base::Deadline::after(kLong);
  while (!deadline.passed()) {
    const std::string output = child.output();
    const auto at = output.find("pid ");
    if (at != std::string::npos && output.find('\n', at) != std::string::npos) {
      pid_t pid = 0;
      std::from_chars(output.data() + at + 4, output.data() + output.size(), pid);
      return pid;
    }
    child.wait(base::Deadline::after(5ms));
  }
  ADD_FAILURE() << "no pid in: " << child.output();
  return -1;
}

/// Whether the process is gone, or about to be: killed but not yet reaped by whoever inherits it.
bool gone(const Child& child, pid_t pid) {
  const auto deadline = base::Deadline::after(kLong);
  while (kill(pid, 0) == 0) {
    if (deadline.passed()) return false;
    child.ended();
    const auto stat = base::read_file("/proc/" + std::to_string(pid) + "/stat");
    if (stat && stat->find(") Z ") != std::string::npos) return true;
  }
  return true;
}

TEST(Child, ItsExitCodeIsTold) {
  const auto child = start("exit 7");
  EXPECT_EQ(child->wait(base::Deadline::after(kLong)), "exit code 7");
}

TEST(Child, ItsSignalIsTold) {
  const auto child = start("kill -SEGV $$");
  const auto ended = child->wait(base::Deadline::after(kLong));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->find("signal 11"), 0U) << *ended;
}

TEST(Child, ACommandThatDoesNotExistIsSaidByTheShell) {
  const auto child = start("no-such-program-anywhere");
  EXPECT_EQ(child->wait(base::Deadline::after(kLong)), "exit code 127");
  child->stop();
}

TEST(Child, BothOutputsAreKeptAndTheLastLinesQuoted) {
  auto child = start("echo one; echo two >&2; echo pid 1");
  announced_pid(*child);
  EXPECT_EQ(child->output(), "one\ntwo\npid 1\n");
  EXPECT_EQ(child->last_words(), "one | two | pid 1");
}

TEST(Child, OutputIsBoundedToItsTail) {
  auto child = start(
      "i=0; while [ $i -lt 20000 ]; do echo \"line number $i of very many\"; "
      "i=$((i+1)); done; echo pid 1");
  ASSERT_TRUE(child->wait(base::Deadline::after(kLong)));
  announced_pid(*child);
  const std::string output = child->output();
  EXPECT_LE(output.size(), 64UL << 10);
  EXPECT_TRUE(output.ends_with("line number 19999 of very many\npid 1\n"));
}

TEST(Child, ItSeesItsEnvironmentAndAnEmptyStandardInput) {
  auto child = start("cat; echo \"<$GREETING>\"; echo pid 1", {{"GREETING", "hello world"}});
  announced_pid(*child);
  EXPECT_EQ(child->output(), "<hello world>\npid 1\n");
}

TEST(Child, GrandchildrenDieWithIt) {
  auto child = start("sleep 1000 & echo pid $!; wait");
  const pid_t grandchild = announced_pid(*child);
  ASSERT_GT(grandchild, 1);
  EXPECT_EQ(kill(grandchild, 0), 0);
  child->stop();
  EXPECT_TRUE(gone(*child, grandchild));
}

TEST(Child, WhatLeftTheGroupDiesWithItToo) {
  auto child = start("setsid sh -c 'echo pid $$; exec sleep 1000' & wait");
  const pid_t daemon = announced_pid(*child);
  ASSERT_GT(daemon, 1);
  child->stop();
  EXPECT_TRUE(gone(*child, daemon));
}

TEST(Child, IgnoringSigtermHelpsForTheGraceOnly) {
  auto child = start("trap '' TERM; echo pid $$; while :; do sleep 1000; done");
  const pid_t pid = announced_pid(*child);
  child->stop(50ms);
  EXPECT_TRUE(gone(*child, pid));
  EXPECT_EQ(child->ended().value_or("").find("signal 9"), 0U);
}

TEST(Child, AServerInTheBackgroundOfItsShellHasNotEnded) {
  auto child = start("sleep 1000 & echo pid $!");
  const pid_t server = announced_pid(*child);
  EXPECT_EQ(child->wait(base::Deadline::after(100ms)), std::nullopt);
  child->stop();
  EXPECT_TRUE(gone(*child, server));
}

TEST(Child, StoppingTwiceIsFine) {
  auto child = start("exec sleep 1000");
  child->stop();
  child->stop();
  EXPECT_TRUE(child->ended());
}

TEST(Child, WhatWeIgnoreItDoesNot) {
  std::signal(SIGUSR1, SIG_IGN);
  const auto child = start("kill -USR1 $$; exit 0");
  std::signal(SIGUSR1, SIG_DFL);
  const auto ended = child->wait(base::Deadline::after(kLong));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->rfind("signal ", 0), 0U) << *ended;
}

}  // namespace
}  // namespace run
