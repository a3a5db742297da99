#include "harness/wire/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>

#include "common/base/file.h"
#include "common/base/text.h"
#include "harness/wire/launch.h"

namespace wire {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxOutput = 64UL << 10;
constexpr std::size_t kPiece = 16UL << 10;
constexpr std::size_t kMaxLastLines = 4;
constexpr std::size_t kMaxLastWords = 600;
constexpr milliseconds kPoll{5};
constexpr milliseconds kDrain{500};

std::string describe(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return fmt::format("signal {} ({})", number, strsignal(number));
  }
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

/// A write to a pipe that nobody reads is an error here, not the end of this program.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec now{};
    if (!was_pending_) sigtimedwait(&pipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

void never_block(const base::Descriptor& fd) {
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

/// The pipes of a process: its ends, which are ours to close once it runs, and ours.
struct Streams {
  base::Descriptor its_input, its_output, its_errors;
  base::Descriptor input;     ///< where we write to it
  base::Descriptor output;    ///< where we read from it
  base::Descriptor captured;  ///< what is kept for messages
};

base::Result<Streams> make_streams(bool talks) {
  Streams streams;
  auto captured = make_pipe();
  if (!captured) return tl::unexpected(captured.error());
  streams.captured = std::move(captured->read);
  streams.its_errors = std::move(captured->write);
  if (!talks) return streams;
  auto input = make_pipe();
  auto output = make_pipe();
  for (const auto* pipe : {&input, &output}) {
    if (!*pipe) return tl::unexpected(pipe->error());
  }
  streams.its_input = std::move(input->read);
  streams.input = std::move(input->write);
  streams.its_output = std::move(output->write);
  streams.output = std::move(output->read);
  never_block(streams.input);
  never_block(streams.output);
  return streams;
}

}  // namespace

struct Process::Impl {
  Launched launched;
  pid_t group = -1;
  base::Descriptor input;
  base::Descriptor output;
  base::Descriptor wake;  ///< closing it ends the reader
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

  void read_all(base::Descriptor from, base::Descriptor woken) {
    std::array<char, kPiece> buffer{};
    for (;;) {
      std::array<pollfd, 2> entries{{{from.get(), POLLIN, 0}, {woken.get(), POLLIN, 0}}};
      if (poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) return;
      if ((entries[0].revents & (POLLIN | POLLHUP)) != 0) {
        const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) return;
        if (got > 0) keep({buffer.data(), static_cast<std::size_t>(got)});
      } else if (entries[1].revents != 0) {
        return;
      }
    }
  }
};

base::Result<std::unique_ptr<Process>> Process::start(const ProcessOptions& options) {
  auto streams = make_streams(options.talks);
  if (!streams) return tl::unexpected(streams.error());
  auto wake = make_pipe();
  if (!wake) return tl::unexpected(wake.error());
  const int errors = streams->its_errors.get();
  auto launched = launch({.command = options.command,
                          .environment = options.environment,
                          .without = options.without,
                          .input = streams->its_input.get(),
                          .output = options.talks ? streams->its_output.get() : errors,
                          .errors = errors});
  if (!launched) return tl::unexpected(launched.error());
  auto impl = std::make_unique<Impl>();
  impl->launched = std::move(*launched);
  impl->group = impl->launched.group;
  impl->input = std::move(streams->input);
  impl->output = std::move(streams->output);
  impl->wake = std::move(wake->write);
  impl->reader = std::thread([raw = impl.get(), from = std::move(streams->captured),
                              woken = std::move(wake->read)]() mutable {
    raw->read_all(std::move(from), std::move(woken));
    raw->note_drained();
  });
  return std::unique_ptr<Process>(new Process(std::move(impl)));
}

Process::Process(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Process::~Process() {
  stop();
  impl_->wake.reset();
  impl_->reader.join();
}

std::optional<std::string> Process::ended() const {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->refresh()) return std::nullopt;
  return describe(*impl_->status);
}

std::optional<std::string> Process::wait(base::Deadline deadline) const {
  impl_->gone_by(deadline);
  return ended();
}

std::string Process::output() const {
  std::unique_lock lock(impl_->mutex);
  // What a dead server said last may still be in the pipe.
  if (impl_->refresh()) impl_->changed.wait_for(lock, kDrain, [this] { return impl_->drained; });
  const std::size_t from = impl_->tail.size() - std::min(impl_->tail.size(), kMaxOutput);
  return impl_->tail.substr(from);
}

std::string Process::last_words() const {
  std::vector<std::string> lines = base::split(output(), '\n');
  std::erase_if(lines, [](const std::string& line) { return base::trim(line).empty(); });
  if (lines.size() > kMaxLastLines) lines.erase(lines.begin(), lines.end() - kMaxLastLines);
  return base::abbreviate(base::join(lines, " | "), kMaxLastWords);
}

void Process::stop(milliseconds grace) {
  const std::lock_guard lock(impl_->stop_mutex);
  impl_->signal_group(SIGTERM);
  if (!impl_->gone_by(base::Deadline::after(grace))) {
    impl_->signal_group(SIGKILL);
    impl_->gone_by(base::Deadline::after(std::chrono::seconds{5}));
  }
  if (!impl_->launched.lifeline) return;
  for (const pid_t pid : marked_processes(impl_->launched.cookie)) kill(pid, SIGKILL);
  release_guardian(impl_->launched);
}

std::vector<std::string> Process::command_lines() const {
  std::vector<std::string> lines;
  for (const pid_t pid : marked_processes(impl_->launched.cookie)) {
    auto line = base::read_file(fmt::format("/proc/{}/cmdline", pid));
    if (!line) continue;
    std::replace(line->begin(), line->end(), '\0', ' ');
    lines.emplace_back(base::trim(*line));
  }
  return lines;
}

std::chrono::milliseconds Process::processor_time() const {
  double ticks = 0;
  for (const pid_t pid : marked_processes(impl_->launched.cookie)) {
    ticks += processor_ticks(pid);
  }
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(ticks * 1000 / static_cast<double>(sysconf(_SC_CLK_TCK))));
}

base::IoStatus Process::write(std::string_view bytes, base::Deadline deadline) {
  if (!impl_->input) return base::IoStatus::closed;
  const WithoutSigpipe guard;
  while (!bytes.empty()) {
    const ssize_t count = ::write(impl_->input.get(), bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && !would_block()) {
      return errno == EPIPE ? base::IoStatus::closed : base::IoStatus::error;
    }
    const base::IoStatus ready = base::wait_writable(impl_->input.get(), deadline);
    if (ready != base::IoStatus::ok) return ready;
  }
  return base::IoStatus::ok;
}

base::IoStatus Process::read(std::string& more, base::Deadline deadline) {
  if (!impl_->output) return base::IoStatus::closed;
  std::array<char, kPiece> buffer{};
  for (;;) {
    const ssize_t count = ::read(impl_->output.get(), buffer.data(), buffer.size());
    if (count > 0) {
      more.append(buffer.data(), static_cast<std::size_t>(count));
      return base::IoStatus::ok;
    }
    if (count == 0) return base::IoStatus::closed;
    if (errno == EINTR) continue;
    if (!would_block()) return base::IoStatus::error;
    const base::IoStatus ready = base::wait_readable(impl_->output.get(), deadline);
    if (ready != base::IoStatus::ok) return ready;
  }
}

void Process::close_input() { impl_->input.reset(); }

}  // namespace wire
