#include "harness/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "reports/text.h"

namespace cli {
namespace {

using std::chrono::milliseconds;

/// Fast enough for a countdown to look alive, slow enough to cost nothing.
constexpr milliseconds kFrame{100};
/// Often enough to show a log's reader that the run goes on.
constexpr milliseconds kSparse{10'000};

milliseconds elapsed(std::chrono::steady_clock::duration span) {
  return std::chrono::duration_cast<milliseconds>(span);
}

/// Cut to the width: a line that wraps could not be drawn over.
std::string fitted(std::string text, std::size_t width) {
  if (text.size() > width) text.resize(width);
  return text;
}

}  // namespace

Progress::Progress(Style style, unsigned width) : style_(style), width_(width) {
  if (style_ == Style::moving || style_ == Style::sparse) {
    drawer_ = std::thread([this] { keep_drawing(); });
  }
}

run::Listener Progress::listener() {
  return {
      .on_plan = [this](const auto& target, std::size_t planned) { plan(target, planned); },
      .on_start = [this](const auto& subject) { start(subject); },
      .on_result = [this](const auto& one) { result(one); },
      .on_wait = [this](std::string_view reason, milliseconds span) { wait(reason, span); },
  };
}

void Progress::finish() {
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    over_ = true;
  }
  changed_.notify_all();
  if (drawer_.joinable()) drawer_.join();
  if (style_ == Style::moving) fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

void Progress::plan(const check::TargetFacts& target, std::size_t planned) {
  const std::lock_guard lock(mutex_);
  planned_ = planned;
  if (style_ == Style::lines) {
    fmt::print(stderr, "{}: {}\n", reports::one_line(target.url),
               reports::counted(planned, "case"));
  }
}

void Progress::start(const check::Case& subject) {
  const std::lock_guard lock(mutex_);
  running_.push_back(subject.id);
}

void Progress::result(const check::CaseResult& one) {
  const std::lock_guard lock(mutex_);
  ++done_;
  broken_ += one.judgement.verdict == check::Verdict::fail;
  std::erase(running_, one.subject.id);
  if (style_ != Style::lines) return;
  const bool odd = one.judgement.verdict != check::Verdict::pass;
  const auto& why = one.finding.reason.empty() ? one.finding.actual : one.finding.reason;
  fmt::print(stderr, "{:<12} {}{}\n", check::to_string(one.judgement.verdict), one.subject.id,
             odd && !why.empty() ? ": " + reports::one_line(why) : "");
}

void Progress::wait(std::string_view reason, milliseconds span) {
  const std::lock_guard lock(mutex_);
  // Who looks again and again says the same each time.
  std::string what = reports::one_line(reason);
  const bool known = what == waiting_for_;
  waiting_for_ = std::move(what);
  waiting_until_ = Steady::now() + span;
  if (style_ == Style::lines && !known) {
    fmt::print(stderr, "{:<12} {}: {}\n", "waiting", reports::duration_text(span.count()),
               waiting_for_);
  }
}

std::string Progress::line() const {
  if (planned_ == 0) return "getting to know the server…";
  std::string text = fmt::format("[{}/{}]", done_, planned_);
  if (broken_ > 0) text += fmt::format(" {} failed", broken_);
  const auto left = elapsed(waiting_until_ - Steady::now());
  if (!waiting_for_.empty() && left.count() > 0) {
    return text + fmt::format(" waiting {} more: {}",
                              reports::duration_text(left.count() / 1000 * 1000), waiting_for_);
  }
  if (!running_.empty()) text += " " + running_.back();
  const auto so_far = elapsed(Steady::now() - began_);
  // The first cases say little about the rest.
  if (done_ >= 10 && done_ < planned_ && so_far > milliseconds{1000}) {
    const auto rest =
        so_far.count() * static_cast<long long>(planned_ - done_) / static_cast<long long>(done_);
    text += fmt::format(", about {} left", reports::duration_text(std::max(1000LL, rest)));
  }
  return text;
}

void Progress::draw() {
  if (style_ == Style::sparse) {
    fmt::print(stderr, "{}\n", line());
    std::fflush(stderr);
    return;
  }
  fmt::print(stderr, "\r\x1b[K{}", fitted(line(), width_ - 1));
  std::fflush(stderr);
}

void Progress::keep_drawing() {
  std::unique_lock lock(mutex_);
  const milliseconds frame = style_ == Style::sparse ? kSparse : kFrame;
  while (!changed_.wait_for(lock, frame, [this] { return over_; })) draw();
}

}  // namespace cli
