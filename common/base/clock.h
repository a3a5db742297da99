#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using Time = std::chrono::system_clock::time_point;

/// Where wall-clock time comes from. Everything that mints, expires or dates asks a Clock that it
/// was given, so a test can hold time still.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  /// Seconds since the epoch, rounded down: what a NumericDate holds (RFC 7519, section 2).
  long long epoch_seconds() const;
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  Time now() const override;
};

/// The process-wide SystemClock.
const Clock& system_clock();

/// A clock that can be frozen, advanced and set off against another one. Thread-safe.
class AdjustableClock final : public Clock {
 public:
  explicit AdjustableClock(const Clock& source = system_clock()) : source_(source) {}
  Time now() const override;
  /// Time stands still at `at` until `resume`.
  void freeze(Time at);
  /// Time runs again, from where it was frozen.
  void resume();
  /// Moves time forward (or back, if negative), frozen or not.
  void advance(std::chrono::milliseconds by);
  /// Runs at the source's time plus `by`; ends a freeze.
  void offset(std::chrono::milliseconds by);
  bool is_frozen() const;
  /// How far it is ahead of its source now; negative where it is behind.
  std::chrono::milliseconds lead() const;

 private:
  const Clock& source_;
  mutable std::mutex mutex_;
  std::optional<Time> frozen_;
  std::chrono::milliseconds offset_{0};
};

/// A point in steady time after which nobody waits any longer.
class Deadline {
 public:
  using Steady = std::chrono::steady_clock;
  static Deadline after(std::chrono::milliseconds span) { return Deadline(Steady::now() + span); }
  /// Whichever comes first.
  static Deadline earlier(Deadline a, Deadline b) { return a.at_ < b.at_ ? a : b; }
  Deadline later_by(std::chrono::milliseconds span) const { return Deadline(at_ + span); }
  /// Time left, never negative.
  std::chrono::milliseconds left() const;
  bool passed() const { return Steady::now() >= at_; }
  Steady::time_point at() const { return at_; }

 private:
  explicit Deadline(Steady::time_point at) : at_(at) {}
  Steady::time_point at_;
};

/// `2026-07-28T12:34:56Z` (RFC 3339).
std::string iso_time(Time time);
/// `Tue, 28 Jul 2026 12:34:56 GMT` (RFC 9110, section 5.6.7).
std::string http_time(Time time);
/// The inverse of http_time, for the preferred form only.
std::optional<Time> parse_http_time(std::string_view text);

}  // namespace base
