// What a choreography waits for, and what it means that it waited in vain.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "mock-idp/idp/provider.h"
#include "suites/keys/choreography.h"

namespace suites::keys {

using check::Finding;
using check::Probe;
using namespace std::chrono_literals;

namespace {

/// Where the profile does not say how long keys are kept.
constexpr seconds kUsualBudget{90};
/// No case waits longer, whatever is declared.
constexpr seconds kLongestWait{600};
/// Where waiting costs nothing.
constexpr seconds kDay{86'400};
/// Until when waiting is short.
constexpr milliseconds kShortWait = kUsualMaxAge + 1'500ms;
constexpr milliseconds kSilence{35'000};
/// Tries of a new key without silence before: at once; when careful servers have paused; when the
/// key set is too old.
constexpr std::array kSoon = {0ms, 1'100ms, kShortWait - 1'100ms};

/// Milliseconds of long waits that the run has left.
std::atomic<long long>& allowance(Probe& probe, seconds budget) {
  return *probe.context().once<std::shared_ptr<std::atomic<long long>>>("keys.allowance", [&] {
    return std::make_shared<std::atomic<long long>>(2 * milliseconds(budget).count());
  });
}

/// Whether some case of the run has waited as long as it may for a new key to be taken up, in vain.
/// Others need not do so as well.
std::atomic<bool>& waited_in_vain(Probe& probe) {
  return *probe.context().once<std::shared_ptr<std::atomic<bool>>>(
      "keys.in-vain", [] { return std::make_shared<std::atomic<bool>>(false); });
}

}  // namespace

bool accepted_soon(Probe& probe) {
  for (const milliseconds pause : {0ms, 1'100ms, 5'400ms}) {
    if (pause > 0ms && !probe.wait(pause, "the server has to find the good keys")) break;
    if (probe.control_accepted()) return true;
  }
  return false;
}

void Choreography::settle() {
  for (int i = 0; !accepted_soon(probe_) && i < 2 && !quick(); ++i) {
    if (!probe_.wait(kSilence, "the server has to find the good keys again")) return;
  }
}

bool Choreography::may_wait_long() const {
  if (quick() || waited_in_vain(probe_)) return false;
  return beside() || allowance(probe_, budget()) > 0;
}

std::string_view Choreography::why_not_longer() const {
  if (!quick() && waited_in_vain(probe_)) {
    return "another case has waited as long as may be, in vain";
  }
  return quick()
             ? "some servers take longer, which --quick does not wait for"
             : "what a run waits for keys is used up: where we start the server (--spawn), such "
               "cases wait side by side";
}

bool Choreography::wait_long(milliseconds pause, std::string_view reason) {
  if (!beside()) allowance(probe_, budget()) -= pause.count();
  return probe_.wait(pause, reason);
}

bool Choreography::beside() const {
  return probe_.context().is_another() || probe_.context().options().shared_clock != nullptr;
}

bool Choreography::patient() const {
  return may_wait_long() && probe_.context().is_another() &&
         probe_.context().options().shared_clock == nullptr;
}

seconds Choreography::budget() const {
  const seconds wanted = probe_.target().profile.key_cache_ttl.value_or(kUsualBudget);
  if (probe_.context().options().shared_clock == nullptr) return std::min(wanted, kLongestWait);
  return declared() ? wanted : kDay;
}

base::Time Choreography::time() const { return provider_.clock.now(); }

milliseconds Choreography::elapsed_since(base::Time begin) const {
  return std::chrono::duration_cast<milliseconds>(time() - begin);
}

Awaited Choreography::takes_up(const jose::Key& key, seconds longest) {
  const base::Time begin = time();
  const std::uint64_t since = now();
  const bool costly = probe_.context().options().shared_clock == nullptr;
  Awaited awaited;
  for (std::size_t i = 0;; ++i) {
    const bool silent = i >= kSoon.size();
    awaited.after = elapsed_since(begin);
    if (silent && (!may_wait_long() || awaited.after >= longest)) break;
    const milliseconds silence = costly ? kSilence : std::max(kSilence, awaited.after);
    const milliseconds pause = silent ? silence : kSoon.at(i);
    const std::string_view reason = "servers look for new keys now and then only";
    if (pause > 0ms && !(silent ? wait_long(pause, reason) : probe_.wait(pause, reason))) break;
    awaited.last = send_by(key);
    awaited.happened = awaited.last.kind == mcp::Kind::result;
    awaited.after = elapsed_since(begin);
    if (awaited.happened) break;
  }
  awaited.cut = !awaited.happened && !may_wait_long() && awaited.after < longest;
  if (costly && !awaited.happened && !awaited.cut && awaited.after >= budget()) {
    waited_in_vain(probe_) = true;
  }
  awaited.fetches = fetches(since);
  return awaited;
}

bool Choreography::wait_for_attention() {
  return wait_long(kSilence, "the server does not look for new keys just now");
}

Awaited Choreography::await(const std::function<bool()>& done, seconds longest,
                            std::string_view reason) {
  const bool costly = probe_.context().options().shared_clock == nullptr;
  const base::Time begin = time();
  const std::uint64_t since = now();
  Awaited awaited;
  milliseconds pause{0};
  for (;;) {
    const bool is_long = pause > kShortWait;
    if (pause > 0ms && !(is_long ? wait_long(pause, reason) : probe_.wait(pause, reason))) break;
    awaited.happened = done();
    awaited.after = elapsed_since(begin);
    if (awaited.happened || awaited.after >= longest) break;
    // As the key set grows old; then now and then.
    if (awaited.after < kShortWait) {
      pause = awaited.after < 1s ? 1'100ms : 1'800ms;
    } else {
      awaited.cut = !may_wait_long();
      if (awaited.cut) break;
      pause = costly ? 10'000ms : 2 * awaited.after;
    }
    pause = std::min(pause, std::max(milliseconds(longest) - awaited.after, 100ms));
  }
  awaited.fetches = fetches(since);
  return awaited;
}

bool Choreography::may_only_pause(const Awaited& awaited) const {
  // The first fetch was for the control.
  return !declared() && awaited.fetches == 0 && fetches(0) > 1 &&
         awaited.after < kLongerThanAnyCache;
}

Finding Choreography::not_taken_up(const Awaited& awaited, std::string_view what) {
  probe_.decisive(awaited.last.exchange, true);
  if (!probe_.control_accepted()) {
    return Finding::undecided("good credentials are refused as well: " + awaited.last.summary());
  }
  if (awaited.last.kind == mcp::Kind::limited) {
    return Finding::undecided("the server kept answering 429");
  }
  const std::string seen = fmt::format(
      "{}: {} for {:.0f} s, in which it fetched the key set {} times", what, awaited.last.summary(),
      static_cast<double>(awaited.after.count()) / 1'000, awaited.fetches);
  if (awaited.cut) {
    return Finding::undecided(fmt::format("{}; {}", seen, why_not_longer()));
  }
  if (declared() && awaited.after < *probe_.target().profile.key_cache_ttl) {
    return Finding::undecided(seen + "; the declared key_cache_ttl_s is longer than a case waits");
  }
  if (may_only_pause(awaited)) {
    return needs_declaration(seen +
                             ". It did so before, so it may do so again: some clients look for no "
                             "unknown kid for minutes after one");
  }
  Finding finding = Finding::broken("accepted, without a restart", seen,
                                    "when the issuer changes its keys nobody gets in any more");
  finding.cause = "new keys of the issuer are not taken up";
  return finding;
}

}  // namespace suites::keys
