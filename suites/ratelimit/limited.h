#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/check/probe.h"

namespace suites {

/// What came of many requests in a row, none of which waited for a 429 to pass.
struct Burst {
  int sent = 0;
  int granted = 0;      ///< answered by something else than 429, 5xx or 503
  int limited = 0;      ///< 429
  int broken = 0;       ///< 5xx, or no answer at all
  int until_first = 0;  ///< granted before the first 429
  wire::Exchange last;
  wire::Exchange last_limited;  ///< the last 429
  wire::Exchange last_broken;

  std::string summary() const;
};

/// What all cases of the suite need, and what they do to the server.
check::Needs limited();
/// The same, with tokens of our own.
check::Needs limited_with_issuer();

/// One request for the control's operation, as it is answered: a 429 is not waited out.
wire::Exchange ask_once(check::Probe& probe, const check::Credential& credential,
                        const base::Headers& more = {});

/// How many requests use a full bucket up, and a fifth more; `span` is how long that takes.
int more_than_burst(const check::Probe& probe);
/// Sends until there is a 429, or the declared limit has been passed by a fifth.
Burst exhaust(check::Probe& probe, const check::Credential& credential);
/// Sends `count` requests, each with a credential of its own.
Burst send_many(check::Probe& probe, int count,
                const std::function<check::Credential(int)>& credential,
                const std::function<bool(const Burst&)>& enough = {});

/// What becomes of other requests while somebody's limit is used up.
struct Meanwhile {
  /// They count against that limit; nothing where that could not be told.
  std::optional<bool> limited;
  int sent = 0;
  int served = 0;
  wire::Exchange last;
  Burst burst;  ///< what used the limit up
};
/// Uses the control's limit up and sends the others, as many as they could have by themselves: more
/// than one limit would have granted meanwhile. Where a slow machine leaves both possible, again.
Meanwhile meanwhile(check::Probe& probe, const check::Credential& control,
                    const std::function<wire::Exchange(int)>& other);

/// How fast a limit recovers while somebody keeps asking.
struct Recovery {
  int granted = 0;     ///< between the first grant after a 429 and the last one
  double seconds = 0;  ///< from the one to the other; 0: nothing was granted twice
  double watched = 0;  ///< seconds that were spent on it
  double per_second() const { return seconds > 0 ? granted / seconds : 0; }
};
/// Asks somewhat more often than the declared rate, with an empty bucket to begin with, until the
/// rate is known to a few percent: by the times at which there is a grant again, so that limits by
/// bucket and by window are measured alike.
Recovery watch_recovery(check::Probe& probe, const check::Credential& credential);

/// What a Retry-After field says (RFC 9110, section 10.2.3); nothing where it is missing or
/// neither seconds nor a date.
std::optional<std::chrono::seconds> retry_after(const wire::Exchange& exchange, base::Time now);

/// Bodies that use a limit up, whatever is left of it. Skipped where that, or waiting for it,
/// takes too long.
check::Body at_limit(check::Body body);
/// Those that need all of it: whoever was limited may use the whole burst again by then.
check::Body rested(check::Body body);

}  // namespace suites
