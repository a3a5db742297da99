#include "harness/check/patience.h"

#include <algorithm>
#include <charconv>

namespace check {
namespace {

using std::chrono::milliseconds;

constexpr int kTooMany = 429;
/// Many limits are by the minute.
constexpr milliseconds kMaxRetryAfter{65'000};

}  // namespace

milliseconds time_to_wait(const wire::Exchange& exchange) {
  const std::string* value = exchange.response ? exchange.response->header("Retry-After") : nullptr;
  int seconds = 1;
  if (value != nullptr) std::from_chars(value->data(), value->data() + value->size(), seconds);
  return std::clamp(milliseconds(seconds * 1000LL), milliseconds{100}, kMaxRetryAfter);
}

milliseconds patience_with_issuer(const Context& context) {
  constexpr milliseconds kLongerThanClientsWait{40'000};
  const auto& options = context.options();
  const bool short_one = options.quick || options.shared_clock != nullptr;
  return short_one ? options.request_timeout
                   : std::max(options.request_timeout, kLongerThanClientsWait);
}

wire::Exchange with_patience(Probe& probe, const std::function<wire::Exchange()>& send) {
  wire::Exchange exchange = send();
  for (int i = 0; i < kMaxPatience && exchange.status() == kTooMany; ++i) {
    if (!probe.wait_out(exchange)) break;
    exchange = send();
  }
  return exchange;
}

}  // namespace check
