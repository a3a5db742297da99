#include "suites/ratelimit/limited.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
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

bool rest(check::Probe& probe) {
  const auto& limit = *probe.target().rate_limit;
  const double full = limit.burst / limit.per_second;
  if (full > static_cast<double>(kLongestRest.count()) || limit.burst > kMostRequests) return false;
  const milliseconds span{static_cast<long long>(full * 1'000) + 500};
  return probe.wait(span, "the rate limit has to recover");
}

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

check::Body rested(std::function<check::Finding(check::Probe&)> body) {
  return [body = std::move(body)](check::Probe& probe) {
    if (!rest(probe)) {
      return check::Finding::skipped("to use the declared limit up, or to wait for it, takes long");
    }
    return body(probe);
  };
}

}  // namespace suites
