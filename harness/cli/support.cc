#include "harness/cli/support.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include <CLI/CLI.hpp>

#include "common/base/text.h"

namespace cli {
namespace {

int signal_pipe[2] = {-1, -1};

void tell_waiter(int number) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const auto written = ::write(signal_pipe[1], &byte, 1);
  errno = saved;
}

void on_signal(int number, void (*handler)(int), int flags = 0) {
  struct sigaction action {};
  action.sa_flags = flags;
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

/// Edits (Levenshtein's, with neighbours swapped counting once) from one word to another.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

int fail_usage(std::string_view message) {
  fmt::print(stderr, "mcp-authspec: {}\n", message);
  return kUsage;
}

CLI::Option* repeatable(CLI::Option* option) {
  return option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void examples(CLI::App& command, std::string_view text) {
  std::string footer = "Examples:\n";
  for (const auto& line : base::split(text, '\n')) {
    if (!line.empty()) footer += "  " + line + "\n";
  }
  command.footer(footer);
}

int wait_for_stop() {
  if (::pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return SIGTERM;
  on_signal(SIGINT, tell_waiter);
  on_signal(SIGTERM, tell_waiter);
  pollfd waiting{signal_pipe[0], POLLIN, 0};
  unsigned char number = 0;
  while (::read(signal_pipe[0], &number, 1) != 1) ::poll(&waiting, 1, -1);
  on_signal(SIGINT, SIG_DFL);
  on_signal(SIGTERM, SIG_DFL);
  return number;
}

void on_first_stop(void (*action)(int)) {
  on_signal(SIGINT, action, static_cast<int>(SA_RESETHAND));
  on_signal(SIGTERM, action, static_cast<int>(SA_RESETHAND));
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::vector<std::string> near_misses(std::string_view word, const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  for (const auto& candidate : known) {
    const bool inside = word.size() >= 3 && candidate.find(word) != std::string::npos;
    const std::size_t edits = distance(word, candidate);
    if (inside || edits <= limit)
      ranked.emplace_back(inside ? std::min(edits, limit) : edits, candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (const auto& [edits, candidate] : ranked) {
    if (nearest.size() < 3) nearest.push_back(candidate);
  }
  return nearest;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const auto nearest = near_misses(word, known);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", base::join(nearest, " or "));
}

}  // namespace cli
