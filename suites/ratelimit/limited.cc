#include "suites/ratelimit/limited.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include "common/base/text.h"

namespace suites {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// More requests than these nobody wants to get.
constexpr int kMostRequests = 3'000;
constexpr seconds kLongestRest{180};

void count(Burst& burst, wire::Exchange exchange) {
  ++burst.sent;
  const int status = exchange.status();
  if (status == 429) {
    ++burst.limited;
    burst.last_limited = exchange;
  } else if (status == 0 || status >= 500) {
    ++burst.broken;
    burst.last_broken = exchange;
  } else {
    ++burst.granted;
    if (burst.limited == 0) ++burst.until_first;
  }
  burst.last = std::move(exchange);
}

}  // namespace

check::Needs limited() {
  return {.alone = true, .waits = true, .loud = true, .setting = "rate-limit"};
}

check::Needs limited_with_issuer() {
  check::Needs needs = limited();
  needs.issuer = true;
  return needs;
}

std::string Burst::summary() const {
  return fmt::format("{} requests: {} served, {} answered 429, {} answered 5xx or not at all", sent,
                     granted, limited, broken);
}

wire::Exchange ask_once(check::Probe& probe, const check::Credential& credential,
                        const base::Headers& more) {
  const mcp::Operation operation =
      probe.target().profile.operation.value_or(mcp::Operation::list_tools());
  const std::string id = std::to_string(probe.context().count_exchange());
  wire::Request request = mcp::frame(probe.context().framing(), operation, id);
  for (const base::Headers& fields : {credential.headers, more}) {
    request.headers.insert(request.headers.end(), fields.begin(), fields.end());
  }
  return probe.fetch_once(std::move(request));
}

int more_than_burst(const check::Probe& probe) {
  const auto& limit = *probe.target().rate_limit;
  return static_cast<int>(limit.burst * 1.2) + 2;
}

namespace {

double seconds_to_fill(const check::Probe& probe) {
  const auto& limit = *probe.target().rate_limit;
  return limit.burst / limit.per_second;
}

/// Why the limit is not tried out at all; nothing where it is.
std::optional<check::Finding> takes_too_long(const check::Probe& probe) {
  const bool many = probe.target().rate_limit->burst > kMostRequests;
  if (!many && seconds_to_fill(probe) <= static_cast<double>(kLongestRest.count())) {
    return std::nullopt;
  }
  return check::Finding::skipped("to use the declared limit up, or to wait for it, takes long");
}

}  // namespace

Burst send_many(check::Probe& probe, int most,
                const std::function<check::Credential(int)>& credential,
                const std::function<bool(const Burst&)>& enough) {
  Burst burst;
  while (burst.sent < std::min(most, kMostRequests) && !probe.context().cancelled()) {
    count(burst, ask_once(probe, credential(burst.sent)));
    if (enough && enough(burst)) break;
  }
  return burst;
}

Burst exhaust(check::Probe& probe, const check::Credential& credential) {
  const auto& limit = *probe.target().rate_limit;
  const base::Clock& clock = probe.context().provider().clock();
  const base::Time begin = clock.now();
  // While we send the bucket is filled again.
  const auto enough = [&](const Burst& burst) {
    const double elapsed = std::chrono::duration<double>(clock.now() - begin).count();
    return burst.limited > 0 || burst.broken > 2 ||
           burst.sent >= more_than_burst(probe) + limit.per_second * elapsed;
  };
  return send_many(
      probe, kMostRequests, [&](int) { return credential; }, enough);
}

namespace {

/// Requests for each one that the declared rate grants: more tell the moment of a grant better.
constexpr double kOften = 4;
constexpr double kShortestPace = 0.005;
constexpr double kLongestPace = 0.5;
/// What has to be seen for a few percent.
constexpr int kEnoughGrants = 5;
constexpr double kEnoughSeconds = 2;
constexpr double kEnoughPaces = 40;
/// How long that may take: limits by window recover once in each.
constexpr double kWindowsToWaitFor = 2.2;
constexpr double kLeastPatience = 20;
constexpr double kMostPatience = 150;

double seconds_between(base::Time begin, base::Time end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// A short wait of many that were announced as one.
void keep_pace(check::Probe& probe, double span) {
  const milliseconds pause{std::max(1LL, static_cast<long long>(span * 1'000))};
  if (probe.context().options().shared_clock != nullptr) {
    probe.wait(pause, "the sustained rate is measured");
  } else {
    std::this_thread::sleep_for(pause);
  }
}

/// Takes the answers as they come, and knows the rate when it has seen enough.
class Meter {
 public:
  explicit Meter(double pace) : pace_(pace) {}

  void take(bool granted, base::Time at) {
    if (granted && limited_) {
      // What was granted since the last such moment belongs to the time up to this one.
      if (first_) {
        recovery_.granted = since_first_;
        recovery_.seconds = seconds_between(*first_, at);
      } else {
        first_ = at;
      }
    }
    if (granted && first_) ++since_first_;
    limited_ = !granted;
  }

  bool knows() const {
    return recovery_.granted >= kEnoughGrants && recovery_.seconds >= kEnoughSeconds &&
           recovery_.seconds >= kEnoughPaces * pace_;
  }
  Recovery recovery() const { return recovery_; }

 private:
  const double pace_;
  bool limited_ = true;
  std::optional<base::Time> first_;
  int since_first_ = 0;
  Recovery recovery_;
};

}  // namespace

Recovery watch_recovery(check::Probe& probe, const check::Credential& credential) {
  const double rate = probe.target().rate_limit->per_second;
  const double pace = std::clamp(1 / (kOften * rate), kShortestPace, kLongestPace);
  const double windows = kWindowsToWaitFor * seconds_to_fill(probe);
  const double patience = std::clamp(windows, kLeastPatience, kMostPatience);
  const base::Clock& clock = probe.context().provider().clock();
  const base::Time begin = clock.now();
  if (probe.context().on_wait && probe.context().options().shared_clock == nullptr) {
    const double likely = std::max(kEnoughSeconds, kEnoughGrants / rate);
    probe.context().on_wait("the sustained rate is measured",
                            milliseconds(static_cast<long long>(likely * 1'000)));
  }
  Meter meter(pace);
  while (!meter.knows() && !probe.context().cancelled() &&
         seconds_between(begin, clock.now()) < patience) {
    keep_pace(probe, pace);
    const int status = ask_once(probe, credential).status();
    meter.take(status != 429 && status != 0 && status < 500, clock.now());
  }
  Recovery recovery = meter.recovery();
  recovery.watched = seconds_between(begin, clock.now());
  return recovery;
}

namespace {

constexpr int kMeanwhileTries = 3;
constexpr int kMostMeanwhile = 10;

/// One try, with `count` requests.
Meanwhile try_meanwhile(check::Probe& probe, const check::Credential& control, int count,
                        const std::function<wire::Exchange(int)>& other) {
  const base::Clock& clock = probe.context().provider().clock();
  Meanwhile result{.burst = exhaust(probe, control)};
  if (result.burst.limited == 0) return result;
  const base::Time begin = clock.now();
  for (; result.sent < count; ++result.sent) {
    result.last = other(result.sent);
    if (result.last.status() != 429) ++result.served;
  }
  const double elapsed = seconds_between(begin, clock.now());
  // Less than one request was left, and that much came after.
  const bool too_many = result.served > 1 + probe.target().rate_limit->per_second * elapsed;
  if (result.served < count) {
    result.limited = !too_many;
  } else if (count == 1 || too_many) {
    result.limited = false;
  }
  return result;
}

}  // namespace

Meanwhile meanwhile(check::Probe& probe, const check::Credential& control,
                    const std::function<wire::Exchange(int)>& other) {
  const double share = probe.target().rate_limit->burst / kMeanwhileTries;
  const int count = std::clamp(static_cast<int>(share), 1, kMostMeanwhile);
  Meanwhile result;
  for (int i = 0; i < kMeanwhileTries && !result.limited && !probe.context().cancelled(); ++i) {
    result = try_meanwhile(probe, control, count, other);
    if (result.burst.limited == 0) break;
  }
  return result;
}

std::optional<seconds> retry_after(const wire::Exchange& exchange, base::Time now) {
  const std::string* field = exchange.response ? exchange.response->header("Retry-After") : nullptr;
  if (field == nullptr) return std::nullopt;
  const std::string_view text = base::trim(*field);
  long long value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc() && end == text.data() + text.size() && value >= 0) {
    return seconds(value);
  }
  const auto date = base::parse_http_time(text);
  if (!date) return std::nullopt;
  return std::chrono::ceil<seconds>(*date - now);
}

check::Body at_limit(check::Body body) {
  return [body = std::move(body)](check::Probe& probe) {
    const auto skipped = takes_too_long(probe);
    return skipped ? *skipped : body(probe);
  };
}

check::Body rested(check::Body body) {
  return at_limit([body = std::move(body)](check::Probe& probe) {
    const milliseconds span{static_cast<long long>(seconds_to_fill(probe) * 1'000) + 500};
    if (!probe.wait(span, "the rate limit has to recover")) {
      return check::Finding::undecided("the run was ended");
    }
    return body(probe);
  });
}

}  // namespace suites
