#include "harness/wire/process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <charconv>
#include <csignal>
#include <cstdlib>

#include "common/base/file.h"
#include "common/base/text.h"

namespace wire {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 20s;

std::unique_ptr<Process> start(const std::string& command,
                               const std::map<std::string, std::string>& environment = {}) {
  auto process = Process::start({.command = command, .environment = environment});
  EXPECT_TRUE(process) << process.error().message;
  return std::move(*process);
}

/// Waits until the output holds a line "pid N" and gives N.
pid_t announced_pid(const Process& process) {
  const auto deadline = base::Deadline::after(kLong);
  while (!deadline.passed()) {
    const std::string output = process.output();
    const auto at = output.find("pid ");
    if (at != std::string::npos && output.find('\n', at) != std::string::npos) {
      pid_t pid = 0;
      std::from_chars(output.data() + at + 4, output.data() + output.size(), pid);
      return pid;
    }
    process.wait(base::Deadline::after(5ms));
  }
  ADD_FAILURE() << "no pid in: " << process.output();
  return -1;
}

/// Whether the process is gone, or about to be: killed but not yet reaped by whoever inherits it.
bool gone(const Process& process, pid_t pid) {
  const auto deadline = base::Deadline::after(kLong);
  while (kill(pid, 0) == 0) {
    if (deadline.passed()) return false;
    process.ended();
    const auto stat = base::read_file("/proc/" + std::to_string(pid) + "/stat");
    if (stat && stat->find(") Z ") != std::string::npos) return true;
  }
  return true;
}

TEST(Process, ItsExitCodeIsTold) {
  const auto process = start("exit 7");
  EXPECT_EQ(process->wait(base::Deadline::after(kLong)), "exit code 7");
}

TEST(Process, ItsSignalIsTold) {
  const auto process = start("kill -SEGV $$");
  const auto ended = process->wait(base::Deadline::after(kLong));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->find("signal 11"), 0U) << *ended;
}

TEST(Process, ACommandThatDoesNotExistIsSaidByTheShell) {
  const auto process = start("no-such-program-anywhere");
  EXPECT_EQ(process->wait(base::Deadline::after(kLong)), "exit code 127");
  process->stop();
}

TEST(Process, BothOutputsAreKeptAndTheLastLinesQuoted) {
  auto process = start("echo one; echo two >&2; echo pid 1");
  announced_pid(*process);
  EXPECT_EQ(process->output(), "one\ntwo\npid 1\n");
  EXPECT_EQ(process->last_words(), "one | two | pid 1");
}

TEST(Process, OutputIsBoundedToItsTail) {
  auto process = start(
      "i=0; while [ $i -lt 20000 ]; do echo \"line number $i of very many\"; "
      "i=$((i+1)); done; echo pid 1");
  ASSERT_TRUE(process->wait(base::Deadline::after(kLong)));
  announced_pid(*process);
  const std::string output = process->output();
  EXPECT_LE(output.size(), 64UL << 10);
  EXPECT_TRUE(output.ends_with("line number 19999 of very many\npid 1\n"));
}

TEST(Process, ItSeesItsEnvironmentAndAnEmptyStandardInput) {
  auto process = start("cat; echo \"<$GREETING>\"; echo pid 1", {{"GREETING", "hello world"}});
  announced_pid(*process);
  EXPECT_EQ(process->output(), "<hello world>\npid 1\n");
}

TEST(Process, GrandchildrenDieWithIt) {
  auto process = start("sleep 1000 & echo pid $!; wait");
  const pid_t grandchild = announced_pid(*process);
  ASSERT_GT(grandchild, 1);
  EXPECT_EQ(kill(grandchild, 0), 0);
  process->stop();
  EXPECT_TRUE(gone(*process, grandchild));
}

TEST(Process, WhatLeftTheGroupDiesWithItToo) {
  auto process = start("setsid sh -c 'echo pid $$; exec sleep 1000' & wait");
  const pid_t daemon = announced_pid(*process);
  ASSERT_GT(daemon, 1);
  process->stop();
  EXPECT_TRUE(gone(*process, daemon));
}

TEST(Process, IgnoringSigtermHelpsForTheGraceOnly) {
  auto process = start("trap '' TERM; echo pid $$; while :; do sleep 1000; done");
  const pid_t pid = announced_pid(*process);
  process->stop(50ms);
  EXPECT_TRUE(gone(*process, pid));
  EXPECT_EQ(process->ended().value_or("").find("signal 9"), 0U);
}

TEST(Process, AServerInTheBackgroundOfItsShellHasNotEnded) {
  auto process = start("sleep 1000 & echo pid $!");
  const pid_t server = announced_pid(*process);
  EXPECT_EQ(process->wait(base::Deadline::after(100ms)), std::nullopt);
  process->stop();
  EXPECT_TRUE(gone(*process, server));
}

TEST(Process, StoppingTwiceIsFine) {
  auto process = start("exec sleep 1000");
  process->stop();
  process->stop();
  EXPECT_TRUE(process->ended());
}

TEST(Process, WhatWeIgnoreItDoesNot) {
  std::signal(SIGUSR1, SIG_IGN);
  const auto process = start("kill -USR1 $$; exit 0");
  std::signal(SIGUSR1, SIG_DFL);
  const auto ended = process->wait(base::Deadline::after(kLong));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->rfind("signal ", 0), 0U) << *ended;
}

std::unique_ptr<Process> talk_to(const std::string& command) {
  auto process = Process::start({.command = command, .talks = true});
  EXPECT_TRUE(process) << process.error().message;
  return std::move(*process);
}

/// What it wrote up to the end of its output or the deadline.
std::string read_all(Process& process) {
  std::string text;
  while (process.read(text, base::Deadline::after(kLong)) == base::IoStatus::ok) {
  }
  return text;
}

TEST(Process, ItCanBeTalkedTo) {
  auto process = talk_to("cat; echo aside >&2");
  EXPECT_EQ(process->write("hello\n", base::Deadline::after(kLong)), base::IoStatus::ok);
  process->close_input();
  EXPECT_EQ(read_all(*process), "hello\n");
  EXPECT_TRUE(process->wait(base::Deadline::after(kLong)));
  EXPECT_EQ(process->output(), "aside\n");
}

TEST(Process, WhatIsSilentIsWaitedForUntilTheDeadline) {
  auto process = talk_to("exec sleep 1000");
  std::string text;
  EXPECT_EQ(process->read(text, base::Deadline::after(20ms)), base::IoStatus::timeout);
  EXPECT_EQ(text, "");
}

TEST(Process, WhatDoesNotReadIsWrittenToUntilTheDeadline) {
  auto process = talk_to("exec sleep 1000");
  EXPECT_EQ(process->write(std::string(1UL << 20, 'x'), base::Deadline::after(20ms)),
            base::IoStatus::timeout);
}

TEST(Process, WritingToWhatHasEndedIsNoSignalToUs) {
  auto process = talk_to("exit 0");
  ASSERT_TRUE(process->wait(base::Deadline::after(kLong)));
  const auto deadline = base::Deadline::after(kLong);
  base::IoStatus status = base::IoStatus::ok;
  // Its guardian may still be about to close what it inherited.
  while (status == base::IoStatus::ok && !deadline.passed()) status = process->write("?", deadline);
  EXPECT_EQ(status, base::IoStatus::closed);
}

TEST(Process, VariablesOfOursCanBeKeptFromIt) {
  setenv("AUTHSPEC_PROCESS_TEST", "ours", 1);
  auto with = talk_to("echo \"<$AUTHSPEC_PROCESS_TEST>\"");
  EXPECT_EQ(read_all(*with), "<ours>\n");
  auto without = Process::start({.command = "echo \"<$AUTHSPEC_PROCESS_TEST>\"",
                                 .without = {"AUTHSPEC_PROCESS_TEST"},
                                 .talks = true});
  ASSERT_TRUE(without);
  EXPECT_EQ(read_all(**without), "<>\n");
}

TEST(Process, TheCommandLinesOfAllItsProcessesAreTold) {
  auto process = start("sleep 1234 & echo pid $!; wait");
  announced_pid(*process);
  // The shell's child is known before it has become the other program.
  const auto deadline = base::Deadline::after(kLong);
  std::vector<std::string> lines = process->command_lines();
  while (!base::contains(lines, "sleep 1234") && !deadline.passed()) {
    process->wait(base::Deadline::after(5ms));
    lines = process->command_lines();
  }
  EXPECT_TRUE(base::contains(lines, "sleep 1234")) << base::join(lines, "|");
}

TEST(Process, ItsProcessorTimeIsThatOfAllItsProcesses) {
  const auto process = start("(while :; do :; done) & echo pid $!; wait");
  announced_pid(*process);
  const auto deadline = base::Deadline::after(kLong);
  while (process->processor_time() < 20ms && !deadline.passed()) {
    process->wait(base::Deadline::after(5ms));
  }
  EXPECT_GE(process->processor_time(), 20ms);
}

}  // namespace
}  // namespace wire
