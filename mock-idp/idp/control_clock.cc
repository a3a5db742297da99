#include <cmath>
#include <ctime>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "mock-idp/idp/control.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

/// What dates and NumericDates can be told of without surprises: the years 1970 to 2199.
constexpr long long kLastSecond = 7'258'118'399;

/// Whether that many seconds since the epoch are among these years. Asked before a base::Time is
/// made, which ends in 2262.
bool is_usual(long long seconds) { return seconds >= 0 && seconds <= kLastSecond; }

std::optional<base::Time> time_of_text(const std::string& text) {
  std::tm utc{};
  const char* const end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const std::time_t seconds = timegm(&utc);
  if (!is_usual(seconds)) return std::nullopt;
  return std::chrono::system_clock::from_time_t(seconds);
}

http::Response clock_answer(const base::AdjustableClock& clock) {
  return control_answer({{"now", base::iso_time(clock.now())},
                         {"epoch_seconds", clock.epoch_seconds()},
                         {"frozen", clock.is_frozen()},
                         {"ahead_seconds", static_cast<double>(clock.lead().count()) / 1000}});
}

/// The argument `seconds`, where the clock at `from` stays within these years with it.
Obeyed<std::chrono::milliseconds> span_of(const ControlCall& call, const base::Clock& from) {
  const std::chrono::milliseconds span(std::llround(call.number("seconds") * 1000));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  if (is_usual(from.epoch_seconds() + seconds)) return span;
  return refuse_argument("seconds", "leads out of the years 1970 to 2199");
}

}  // namespace

Obeyed<http::Response> show_clock(const ControlCall& call) {
  return clock_answer(call.provider.clock);
}

Obeyed<http::Response> freeze_clock(const ControlCall& call) {
  base::AdjustableClock& clock = call.provider.clock;
  if (!call.has("at")) {
    clock.freeze(clock.now());
    return clock_answer(clock);
  }
  const auto at = time_of_text(call.text("at"));
  if (!at) {
    return refuse_argument("at", "has to be a time such as 2030-01-01T00:00:00Z, until 2199");
  }
  clock.freeze(*at);
  return clock_answer(clock);
}

Obeyed<http::Response> resume_clock(const ControlCall& call) {
  call.provider.clock.resume();
  return clock_answer(call.provider.clock);
}

Obeyed<http::Response> advance_clock(const ControlCall& call) {
  base::AdjustableClock& clock = call.provider.clock;
  const auto span = span_of(call, clock);
  if (!span) return tl::unexpected(span.error());
  clock.advance(*span);
  return clock_answer(clock);
}

Obeyed<http::Response> offset_clock(const ControlCall& call) {
  base::AdjustableClock& clock = call.provider.clock;
  const auto span = span_of(call, base::system_clock());
  if (!span) return tl::unexpected(span.error());
  clock.offset(*span);
  return clock_answer(clock);
}

}  // namespace idp
