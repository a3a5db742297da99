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

std::optional<base::Time> time_of_text(const std::string& text) {
  std::tm utc{};
  const char* const end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

bool is_usual(base::Time time) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  return seconds >= 0 && seconds <= kLastSecond;
}

http::Response clock_answer(const base::AdjustableClock& clock) {
  return control_answer({{"now", base::iso_time(clock.now())},
                         {"epoch_seconds", clock.epoch_seconds()},
                         {"frozen", clock.is_frozen()},
                         {"ahead_seconds", static_cast<double>(clock.lead().count()) / 1000}});
}

std::chrono::milliseconds span_of(const ControlCall& call) {
  return std::chrono::milliseconds(std::llround(call.number("seconds") * 1000));
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
  if (!at || !is_usual(*at)) {
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
  if (!is_usual(clock.now() + span_of(call))) {
    return refuse_argument("seconds", "leads out of the years 1970 to 2199");
  }
  clock.advance(span_of(call));
  return clock_answer(clock);
}

Obeyed<http::Response> offset_clock(const ControlCall& call) {
  base::AdjustableClock& clock = call.provider.clock;
  if (!is_usual(base::system_clock().now() + span_of(call))) {
    return refuse_argument("seconds", "leads out of the years 1970 to 2199");
  }
  clock.offset(span_of(call));
  return clock_answer(clock);
}

}  // namespace idp
