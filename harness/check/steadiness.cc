#include "harness/check/steadiness.h"

#include <algorithm>

#include "harness/mcp/protocol.h"

namespace check {
namespace {

using std::chrono::milliseconds;
using wire::Failure;

constexpr int kRepeats = 2;
/// Where strays are known, two in a row are to be expected.
constexpr int kRepeatsOnceKnown = 4;
/// A server that has ended fails every time; it is not asked again and again.
constexpr int kGone = 6;
/// While this process is late, its identity provider is too, and servers answer 503.
constexpr int kRepeatsWhileLate = 3;
constexpr milliseconds kPauseWhileLate{250};
constexpr std::int64_t kLateUs = 300'000;

/// How many times as long as answers take the first try of a request waits.
constexpr int kPatience = 25;
/// Of each answer in the moving average.
constexpr int kShareOfOne = 16;
constexpr milliseconds kShortest{3'000};
constexpr milliseconds kShortestOnceKnown{1'000};

bool broke(const wire::Exchange& exchange) {
  switch (exchange.failure) {
    case Failure::reset:
    case Failure::closed:
    case Failure::refused:
    case Failure::unreachable:
      return true;
    default:
      return false;
  }
}

bool is_silent(const wire::Exchange& exchange) {
  return exchange.failure == Failure::timeout && !exchange.response;
}

bool is_stream(const wire::Exchange& exchange) {
  return exchange.response && mcp::media_type(*exchange.response) == "text/event-stream";
}

}  // namespace

bool may_be_stray(const wire::Exchange& exchange) {
  if (is_silent(exchange)) return true;
  if (broke(exchange)) return !is_stream(exchange);
  return exchange.status() / 100 == 5;
}

std::string kind_of_failure(const wire::Exchange& exchange) {
  if (is_silent(exchange)) return "no answer in time";
  return broke(exchange) ? std::string(wire::to_string(exchange.failure))
                         : std::to_string(exchange.status());
}

int Steadiness::repeats_for(const wire::Exchange& exchange, Repeat repeat) const {
  if (repeat == Repeat::never || lost_in_a_row_ >= kGone) return 0;
  if (repeat == Repeat::broken_connections && !broke(exchange)) return 0;
  // What the server may have done already is not asked for twice.
  if (exchange.request.method == "DELETE" && !exchange.response) return 0;
  if (is_silent(exchange)) return silent_ > 0 ? 2 : 1;
  return strays_ > 0 ? kRepeatsOnceKnown : kRepeats;
}

void Steadiness::note_answer(const wire::Exchange& exchange) {
  lost_in_a_row_ = 0;
  if (is_stream(exchange)) return;
  const std::int64_t took = exchange.done_us - exchange.sent_us;
  const std::int64_t usual = usual_us_;
  // Where two threads are here at once one answer is left out, which does no harm.
  usual_us_ = usual == 0 ? took : usual + (took - usual) / kShareOfOne;
}

void Steadiness::note_stray(const wire::Exchange& exchange) {
  ++strays_;
  if (is_silent(exchange)) ++silent_;
  const std::lock_guard lock(mutex_);
  ++kinds_[kind_of_failure(exchange)];
}

wire::Exchange Steadiness::steadily(const Send& send, const Pause& pause, base::Deadline deadline,
                                    milliseconds usual, Repeat repeat) {
  const milliseconds span = deadline.left();
  const bool repeats_silence =
      repeat == Repeat::yes && span <= usual && span > milliseconds{0} && lost_in_a_row_ < kGone;
  base::Deadline first = deadline;
  if (repeats_silence && usual_us_ > 0) {
    const milliseconds patience{kPatience * usual_us_ / 1'000};
    const milliseconds shortest = silent_ > 0 ? kShortestOnceKnown : kShortest;
    first = base::Deadline::earlier(deadline, base::Deadline::after(std::max(patience, shortest)));
  }
  wire::Exchange exchange = send(first, false);
  if (!may_be_stray(exchange)) {
    note_answer(exchange);
    return exchange;
  }
  int late = 0;
  for (int i = 0;; ++i) {
    if (is_silent(exchange) && !repeats_silence) return exchange;
    const bool was_late = was_late_since(exchange.sent_us);
    if (i - late >= repeats_for(exchange, repeat)) {
      const bool excused = was_late && repeat == Repeat::yes && !is_silent(exchange);
      if (!excused || ++late > kRepeatsWhileLate || !pause(kPauseWhileLate)) break;
    }
    wire::Exchange again = send(base::Deadline::after(span), true);
    if (!may_be_stray(again)) {
      note_answer(again);
      if (!was_late) note_stray(exchange);
      return again;
    }
    exchange = std::move(again);
  }
  ++lost_in_a_row_;
  return exchange;
}

std::size_t Steadiness::strays() const { return strays_; }

std::map<std::string, std::size_t> Steadiness::kinds() const {
  const std::lock_guard lock(mutex_);
  return kinds_;
}

void Steadiness::tick(std::int64_t now_us) {
  const std::int64_t last = last_tick_us_.exchange(now_us);
  if (last != 0 && now_us - last > kLateUs) late_until_us_ = now_us;
}

}  // namespace check
