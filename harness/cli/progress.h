#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/run/run.h"

namespace cli {

/// Tells on standard error how a run goes: one line that moves on a terminal, a line every ten
/// seconds in a file or pipe, one line per case, or nothing. Thread-safe.
class Progress {
 public:
  enum class Style { none, moving, sparse, lines };
  Progress(Style style, unsigned width);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// What the run is to call; valid as long as this object.
  run::Listener listener();
  /// Removes the moving line, so that the result starts on a clean one.
  void finish();

 private:
  using Steady = std::chrono::steady_clock;
  void plan(const check::TargetFacts& target, std::size_t planned);
  void start(const check::Case& subject);
  void result(const check::CaseResult& result);
  void wait(std::string_view reason, std::chrono::milliseconds span);
  void draw();
  std::string line() const;
  void keep_drawing();

  const Style style_;
  const unsigned width_;
  const Steady::time_point began_ = Steady::now();
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::size_t planned_ = 0;
  std::size_t done_ = 0;
  std::size_t broken_ = 0;
  std::vector<std::string> running_;
  std::string waiting_for_;
  Steady::time_point waiting_until_;
  std::thread drawer_;
};

}  // namespace cli
