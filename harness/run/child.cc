#include "harness/run/child.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "common/base/file.h"
#include "common/base/random.h"
#include "common/base/socket.h"
#include "common/base/text.h"

extern char** environ;

namespace run {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxOutput = 64UL << 10;
constexpr std::size_t kMaxLastLines = 4;
constexpr std::size_t kMaxLastWords = 600;
constexpr milliseconds kPoll{5};
constexpr milliseconds kDrain{500};
/// Marks everything that descends from a child, also what left its process group.
constexpr std::string_view kCookie = "MCP_AUTHSPEC_CHILD";

struct Pipe {
  base::Descriptor read;
  base::Descriptor write;
};

base::Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::fail(fmt::format("a pipe cannot be made: {}", std::strerror(errno)));
  }
  return Pipe{base::Descriptor(ends[0]), base::Descriptor(ends[1])};
}

/// NAME=value entries: ours with `more` over them.
std::vector<std::string> merged(const std::map<std::string, std::string>& more) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!more.contains(std::string(text.substr(0, text.find('='))))) entries.emplace_back(text);
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
[[noreturn]] void become(char* const* arguments, char* const* environment, int output) {
  setpgid(0, 0);
  // The guardian does more, but it can be killed together with us.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
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

std::string describe(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return fmt::format("signal {} ({})", number, strsignal(number));
  }
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

/// Kills what carries the cookie but left the group, such as a daemon with a session of its own.
void kill_marked(const std::string& cookie) {
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    const long pid = std::strtol(entry->d_name, nullptr, 10);
    if (pid <= 1 || pid == getpid()) continue;
    const auto environment = base::read_file(fmt::format("/proc/{}/environ", pid));
    if (environment && environment->find(cookie) != std::string::npos) {
      kill(static_cast<pid_t>(pid), SIGKILL);
    }
  }
  closedir(directory);
}

}  // namespace

struct Child::Impl {
  pid_t group = -1;
  pid_t guardian = -1;
  std::string cookie;
  base::Descriptor lifeline;  ///< the guardian sees it close when we die
  base::Descriptor wake;      ///< closing it ends the reader
  std::thread reader;

  std::mutex stop_mutex;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool drained = false;       ///< the reader has come to the end of the output
  std::optional<int> status;  ///< of the shell, once reaped
  bool gone = false;          ///< no process of the group is left; its number may be another's
  std::string tail;

  /// Reaps what ended; true when the whole group is gone. Call with the mutex held.
  bool refresh() {
    int raw = 0;
    for (pid_t pid = 0; !gone && (pid = waitpid(-group, &raw, WNOHANG)) > 0;) {
      if (pid == group) status = raw;
    }
    if (status && !gone && kill(-group, 0) != 0 && errno == ESRCH) gone = true;
    return gone;
  }

  bool refreshed() {
    const std::lock_guard lock(mutex);
    return refresh();
  }

  void signal_group(int number) {
    const std::lock_guard lock(mutex);
    if (!refresh()) kill(-group, number);
  }

  bool gone_by(base::Deadline deadline) {
    while (!refreshed()) {
      if (deadline.passed()) return false;
      std::this_thread::sleep_for(kPoll);
    }
    return true;
  }

  void note_drained() {
    {
      const std::lock_guard lock(mutex);
      drained = true;
    }
    changed.notify_all();
  }

  void keep(std::string_view bytes) {
    const std::lock_guard lock(mutex);
    tail += bytes;
    if (tail.size() > 2 * kMaxOutput) tail.erase(0, tail.size() - kMaxOutput);
  }

  void read_all(base::Descriptor output, base::Descriptor woken) {
    std::array<char, 16384> buffer{};
    for (;;) {
      std::array<pollfd, 2> entries{{{output.get(), POLLIN, 0}, {woken.get(), POLLIN, 0}}};
      if (poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) return;
      if ((entries[0].revents & (POLLIN | POLLHUP)) != 0) {
        const ssize_t got = read(output.get(), buffer.data(), buffer.size());
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) return;
        if (got > 0) keep({buffer.data(), static_cast<std::size_t>(got)});
      } else if (entries[1].revents != 0) {
        return;
      }
    }
  }
};

base::Result<std::unique_ptr<Child>> Child::start(
    const std::string& command, const std::map<std::string, std::string>& environment) {
  auto output = make_pipe();
  auto lifeline = make_pipe();
  auto wake = make_pipe();
  for (const auto* pipe : {&output, &lifeline, &wake}) {
    if (!*pipe) return tl::unexpected(pipe->error());
  }
  auto impl = std::make_unique<Impl>();
  const std::string mark = base::random_hex(16);
  impl->cookie = fmt::format("{}={}", kCookie, mark);
  auto variables = environment;
  variables[std::string(kCookie)] = mark;
  std::vector<std::string> entries = merged(variables);
  std::vector<std::string> words = {"/bin/sh", "-c", command};
  const std::vector<char*> envp = pointers(entries);
  const std::vector<char*> argv = pointers(words);

  // Orphans of the group come to us and can be reaped, so the group can be seen to be empty.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  impl->group = fork();
  if (impl->group == 0) become(argv.data(), envp.data(), output->write.get());
  if (impl->group < 0) {
    return base::fail(fmt::format("the server cannot be started: {}", std::strerror(errno)));
  }
  // Both sides do it, so that the group exists whoever comes first.
  setpgid(impl->group, impl->group);
  impl->guardian = fork();
  if (impl->guardian == 0) guard(impl->group, lifeline->read.get());
  output->write.reset();
  impl->lifeline = std::move(lifeline->write);
  impl->wake = std::move(wake->write);
  impl->reader = std::thread(
      [raw = impl.get(), from = std::move(output->read), woken = std::move(wake->read)]() mutable {
        raw->read_all(std::move(from), std::move(woken));
        raw->note_drained();
      });
  return std::unique_ptr<Child>(new Child(std::move(impl)));
}

Child::Child(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Child::~Child() {
  stop();
  impl_->wake.reset();
  impl_->reader.join();
}

std::optional<std::string> Child::ended() const {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->refresh()) return std::nullopt;
  return describe(*impl_->status);
}

std::optional<std::string> Child::wait(base::Deadline deadline) const {
  impl_->gone_by(deadline);
  return ended();
}

std::string Child::output() const {
  std::unique_lock lock(impl_->mutex);
  // What a dead server said last may still be in the pipe.
  if (impl_->refresh()) impl_->changed.wait_for(lock, kDrain, [this] { return impl_->drained; });
  const std::size_t from = impl_->tail.size() - std::min(impl_->tail.size(), kMaxOutput);
  return impl_->tail.substr(from);
}

std::string Child::last_words() const {
  std::vector<std::string> lines = base::split(output(), '\n');
  std::erase_if(lines, [](const std::string& line) { return base::trim(line).empty(); });
  if (lines.size() > kMaxLastLines) lines.erase(lines.begin(), lines.end() - kMaxLastLines);
  return base::abbreviate(base::join(lines, " | "), kMaxLastWords);
}

void Child::stop(milliseconds grace) {
  const std::lock_guard lock(impl_->stop_mutex);
  impl_->signal_group(SIGTERM);
  if (!impl_->gone_by(base::Deadline::after(grace))) {
    impl_->signal_group(SIGKILL);
    impl_->gone_by(base::Deadline::after(std::chrono::seconds{5}));
  }
  if (!impl_->lifeline) return;
  kill_marked(impl_->cookie);
  if (impl_->guardian > 0) {
    const char released = 1;
    [[maybe_unused]] const ssize_t written = write(impl_->lifeline.get(), &released, 1);
    waitpid(impl_->guardian, nullptr, 0);
  }
  impl_->lifeline.reset();
}

}  // namespace run
