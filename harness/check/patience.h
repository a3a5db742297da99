#pragma once

#include <functional>

#include "harness/check/probe.h"

namespace check {

/// How many times a 429 is waited out.
inline constexpr int kMaxPatience = 3;

/// How long a client that was answered 429 waits: what Retry-After says in seconds, one second
/// where it says nothing that we can read, and never much more than a minute.
std::chrono::milliseconds time_to_wait(const wire::Exchange& exchange);

/// Sends, and while the answer is 429 waits and sends again, a few times.
wire::Exchange with_patience(Probe& probe, const std::function<wire::Exchange()>& send);

/// How long to wait for a server that waits for its issuer: longer than the HTTP clients of popular
/// libraries do, some of which give up after 30 s only. With --quick as long as for any request.
std::chrono::milliseconds patience_with_issuer(const Context& context);

}  // namespace check
