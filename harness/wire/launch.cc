#include "harness/wire/launch.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "common/base/file.h"
#include "common/base/random.h"
#include "common/base/text.h"

extern char** environ;

namespace wire {
namespace {

/// Marks everything that descends from a process of ours, also what left its process group.
constexpr std::string_view kCookie = "MCP_AUTHSPEC_CHILD";

/// NAME=value entries: ours without some, and `more` over them.
std::vector<std::string> merged(const std::map<std::string, std::string>& more,
                                const std::vector<std::string>& without) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (!more.contains(name) && !base::contains(without, name)) entries.emplace_back(text);
  }
  for (const auto& [name, value] : more) entries.push_back(fmt::format("{}={}", name, value));
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// In the forked child. Only what is safe after a fork of a threaded process.
[[noreturn]] void become(char* const* arguments, char* const* environment, const Launch& what) {
  setpgid(0, 0);
  // The guardian does more, but it can be killed together with us.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(what.input >= 0 ? what.input : open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(what.output, STDOUT_FILENO);
  dup2(what.errors, STDERR_FILENO);
  close_range(3, ~0U, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // What is ignored stays ignored over execve, and who started us may ignore anything.
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  execve("/bin/sh", arguments, environment);
  _exit(127);
}

/// In a second forked child: outlives us only to end the group when we are gone without having
/// ended it ourselves, however we died. PR_SET_PDEATHSIG reaches the shell alone.
[[noreturn]] void guard(pid_t group, int lifeline) {
  setpgid(0, 0);
  if (lifeline != 3) dup2(lifeline, 3);
  close_range(4, ~0U, 0);
  for (int fd = 0; fd < 3; ++fd) close(fd);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) signal(number, SIG_IGN);
  char released = 0;
  ssize_t got = 0;
  do {
    got = read(3, &released, 1);
  } while (got < 0 && errno == EINTR);
  if (got == 0) {
    kill(-group, SIGTERM);
    for (int i = 0; i < 100 && kill(-group, 0) == 0; ++i) {
      const timespec pause{.tv_sec = 0, .tv_nsec = 20'000'000};
      nanosleep(&pause, nullptr);
    }
    kill(-group, SIGKILL);
  }
  _exit(0);
}

}  // namespace

base::Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::fail(fmt::format("a pipe cannot be made: {}", std::strerror(errno)));
  }
  return Pipe{base::Descriptor(ends[0]), base::Descriptor(ends[1])};
}

base::Result<Launched> launch(const Launch& what) {
  auto lifeline = make_pipe();
  if (!lifeline) return tl::unexpected(lifeline.error());
  Launched launched;
  const std::string mark = base::random_hex(16);
  launched.cookie = fmt::format("{}={}", kCookie, mark);
  auto variables = what.environment;
  variables[std::string(kCookie)] = mark;
  std::vector<std::string> entries = merged(variables, what.without);
  std::vector<std::string> words = {"/bin/sh", "-c", what.command};
  const std::vector<char*> envp = pointers(entries);
  const std::vector<char*> argv = pointers(words);

  // Orphans of the group come to us and can be reaped, so the group can be seen to be empty.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  launched.group = fork();
  if (launched.group == 0) become(argv.data(), envp.data(), what);
  if (launched.group < 0) {
    return base::fail(fmt::format("the server cannot be started: {}", std::strerror(errno)));
  }
  // Both sides do it, so that the group exists whoever comes first.
  setpgid(launched.group, launched.group);
  launched.guardian = fork();
  if (launched.guardian == 0) guard(launched.group, lifeline->read.get());
  launched.lifeline = std::move(lifeline->write);
  return launched;
}

void release_guardian(Launched& launched) {
  if (launched.guardian > 0) {
    const char released = 1;
    [[maybe_unused]] const ssize_t written = write(launched.lifeline.get(), &released, 1);
    waitpid(launched.guardian, nullptr, 0);
  }
  launched.lifeline.reset();
}

std::vector<pid_t> marked_processes(const std::string& cookie) {
  std::vector<pid_t> found;
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return found;
  while (const dirent* entry = readdir(directory)) {
    const long pid = std::strtol(entry->d_name, nullptr, 10);
    if (pid <= 1 || pid == getpid()) continue;
    const auto environment = base::read_file(fmt::format("/proc/{}/environ", pid));
    if (environment && environment->find(cookie) != std::string::npos) {
      found.push_back(static_cast<pid_t>(pid));
    }
  }
  closedir(directory);
  return found;
}

double processor_ticks(pid_t pid) {
  const auto stat = base::read_file(fmt::format("/proc/{}/stat", pid));
  if (!stat) return 0;
  // The name is in parentheses and may hold anything; utime and stime are the 12th and 13th after.
  std::istringstream fields(stat->substr(std::min(stat->rfind(')') + 1, stat->size())));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return user + system;
}

}  // namespace wire
