#include "common/base/clock.h"

#include <array>
#include <ctime>

namespace base {
namespace {

std::string format_utc(Time time, const char* format) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), format, &utc);
  return {text.data(), length};
}

}  // namespace

long long Clock::epoch_seconds() const {
  return std::chrono::floor<std::chrono::seconds>(now().time_since_epoch()).count();
}

Time SystemClock::now() const { return std::chrono::system_clock::now(); }

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

Time AdjustableClock::now() const {
  const std::lock_guard lock(mutex_);
  return frozen_ ? *frozen_ : source_.now() + offset_;
}

void AdjustableClock::freeze(Time at) {
  const std::lock_guard lock(mutex_);
  frozen_ = at;
}

void AdjustableClock::resume() {
  const std::lock_guard lock(mutex_);
  if (!frozen_) return;
  // Rounded up: time never goes back.
  offset_ = std::chrono::ceil<std::chrono::milliseconds>(*frozen_ - source_.now());
  frozen_.reset();
}

void AdjustableClock::advance(std::chrono::milliseconds by) {
  const std::lock_guard lock(mutex_);
  if (frozen_) *frozen_ += by;
  offset_ += by;
}

void AdjustableClock::offset(std::chrono::milliseconds by) {
  const std::lock_guard lock(mutex_);
  frozen_.reset();
  offset_ = by;
}

bool AdjustableClock::is_frozen() const {
  const std::lock_guard lock(mutex_);
  return frozen_.has_value();
}

std::chrono::milliseconds AdjustableClock::lead() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(now() - source_.now());
}

std::chrono::milliseconds Deadline::left() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Steady::now());
  return std::max(left, std::chrono::milliseconds{0});
}

std::string iso_time(Time time) { return format_utc(time, "%Y-%m-%dT%H:%M:%SZ"); }

std::string http_time(Time time) { return format_utc(time, "%a, %d %b %Y %H:%M:%S GMT"); }

std::optional<Time> parse_http_time(std::string_view text) {
  std::tm utc{};
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

}  // namespace base
