#include "suites/keys/choreography.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "harness/check/another.h"
#include "mock-idp/idp/provider.h"

namespace suites::keys {
namespace {

using check::Finding;
using check::Probe;
using namespace std::chrono_literals;

/// Where the profile does not say how long keys are kept.
constexpr seconds kUsualBudget{90};
/// No case waits longer, whatever is declared.
constexpr seconds kLongestWait{240};
/// Where waiting costs nothing.
constexpr seconds kDay{86'400};
/// Until when waiting is short.
constexpr milliseconds kShortWait = kUsualMaxAge + 1'500ms;
constexpr milliseconds kSilence{35'000};
/// Tries of a new key without silence before: at once; when careful servers have paused; when the
/// key set is too old.
constexpr std::array kSoon = {0ms, 1'100ms, kShortWait - 1'100ms};

/// Only the material of these is ever used, in turn, so that little has to be made; kids are never
/// used twice.
constexpr std::array kPoolIndexes = {41U, 43U, 45U, 47U};

unsigned next_number() {
  static std::atomic<unsigned> last{0};
  return ++last;
}

jose::Key key_of_control(Probe& probe) {
  const auto recipe = probe.good();
  if (recipe.key) return *recipe.key;
  return *probe.context().issuer().keys().signing_key({});
}

}  // namespace

std::string in_words(milliseconds span) {
  if (span < 500ms) return "at once";
  return fmt::format("after {:.1f} s", static_cast<double>(span.count()) / 1'000);
}

std::string json_seconds(milliseconds span) {
  return fmt::format("{:.1f}", static_cast<double>(span.count()) / 1'000);
}

bool gave_up(const mcp::Answer& answer) {
  return answer.exchange.failure != wire::Failure::timeout;
}

std::string unanswered(const mcp::Answer& answer) {
  if (!gave_up(answer)) {
    return "each such token keeps a connection of the server busy, as long as the issuer is silent";
  }
  return answer.exchange.failure == wire::Failure::refused
             ? "the server has ended: one token while its issuer fails takes it from everybody"
             : "the connection was closed without an answer, as by a server that ends: see whether "
               "it still runs";
}

Choreography::Choreography(Probe& probe)
    : probe_(probe),
      provider_(probe.context().provider().provider()),
      keys_(probe.context().issuer().keys()),
      issuer_(probe.context().issuer().name()),
      before_(keys_.contents()),
      control_(key_of_control(probe)) {
  cache(fmt::format("max-age={}", kMaxAge.count()));
}

void Choreography::restore() {
  if (std::exchange(restored_, true)) return;
  end_outage();
  provider_.key_caching.set(issuer_, {});
  keys_.restore(before_);
}

void Choreography::settle() {
  for (const milliseconds pause : {0ms, 1'100ms, 5'400ms, kSilence, kSilence}) {
    if (pause > kShortWait && quick()) return;
    if (pause > 0ms && !probe_.wait(pause, "the server has to find the good keys again")) return;
    if (probe_.control_accepted()) return;
  }
}

jose::Key Choreography::make_key() {
  const auto key =
      jose::Key::from_pool(control_.alg(), kPoolIndexes[made_++ % kPoolIndexes.size()]);
  // The pool has keys for each algorithm that a control can have.
  return (key ? *key : control_).with_kid(fmt::format("mcp-authspec-new-{}", next_number()));
}

void Choreography::publish(const jose::Key& key) {
  [[maybe_unused]] const auto added = keys_.add(key, idp::KeyState::upcoming);
}

void Choreography::publish_raw(std::string member) { keys_.publish_raw(std::move(member)); }

void Choreography::clear_raw() {
  auto contents = keys_.contents();
  contents.raw = before_.raw;
  keys_.restore(std::move(contents));
}

void Choreography::withdraw(const jose::Key& key) {
  [[maybe_unused]] const auto withdrawn = keys_.withdraw(key.kid());
}

void Choreography::replace(const jose::Key& old, const jose::Key& with) {
  auto contents = keys_.contents();
  for (idp::KeyEntry& entry : contents.keys) {
    if (entry.key.kid() == old.kid()) entry.key = with;
  }
  keys_.restore(std::move(contents));
}

void Choreography::withdraw_others() {
  auto contents = keys_.contents();
  contents.raw.clear();
  std::erase_if(contents.keys,
                [&](const idp::KeyEntry& entry) { return entry.key.kid() != control_.kid(); });
  keys_.restore(std::move(contents));
}

void Choreography::cache(std::string cache_control, bool tagged) {
  provider_.key_caching.set(issuer_, {.cache_control = std::move(cache_control), .tagged = tagged});
}

void Choreography::misbehave(const idp::Misbehaviour& does, bool everywhere) {
  for (const char* endpoint : {"jwks", "discovery", "oauth-metadata"}) {
    if (!everywhere && std::string_view(endpoint) != "jwks") continue;
    idp::PlantedFault fault;
    fault.issuer = issuer_;
    fault.endpoint = endpoint;
    fault.does = does;
    planted_.push_back(provider_.faults.plant(std::move(fault)));
  }
}

void Choreography::behave() {
  for (const std::string& id : planted_) provider_.faults.remove(id);
  planted_.clear();
}

void Choreography::close_port() {
  probe_.context().provider().close_port();
  closed_ = true;
}

void Choreography::open_port() {
  if (!std::exchange(closed_, false)) return;
  // Nobody else is likely to take it within seconds; if so, what follows says it.
  [[maybe_unused]] const auto opened = probe_.context().provider().open_port();
}

void Choreography::end_outage() {
  open_port();
  behave();
}

jose::Recipe Choreography::token_by(const jose::Key& key) {
  jose::Recipe token = probe_.good();
  token.signed_by(key);
  token.header.set_string("alg", key.alg()).set_string("kid", key.kid());
  // Some issuers name the key twice.
  if (token.header.find("x5t") != nullptr) token.header.set_string("x5t", key.kid());
  return token;
}

mcp::Answer Choreography::send(const jose::Recipe& token) {
  return probe_.send({.credential = probe_.carry(probe_.mint(token))});
}

std::uint64_t Choreography::now() const { return provider_.journal.last_sequence(); }

std::size_t Choreography::fetches_where(std::uint64_t since,
                                        const std::function<bool(const idp::Entry&)>& which) const {
  return provider_.journal.count([&](const idp::Entry& entry) {
    return entry.sequence > since && entry.endpoint == "jwks" && entry.issuer == issuer_ &&
           which(entry);
  });
}

bool Choreography::asked(std::uint64_t since) const {
  return provider_.journal.count([&](const idp::Entry& entry) {
    return entry.sequence > since && entry.issuer == issuer_ &&
           (entry.endpoint == "jwks" || entry.endpoint == "discovery" ||
            entry.endpoint == "oauth-metadata");
  }) > 0;
}

std::size_t Choreography::fetches(std::uint64_t since) const {
  return fetches_where(since, [](const idp::Entry&) { return true; });
}

namespace {

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

bool Choreography::may_wait_long() const {
  if (quick() || waited_in_vain(probe_)) return false;
  return beside() || allowance(probe_, budget()) > 0;
}

std::string_view Choreography::why_not_longer() const {
  if (!quick() && waited_in_vain(probe_)) {
    return "another case has waited long enough, in vain: see keys.rotate-overlap";
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
  return !quick() && probe_.context().is_another() &&
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
  Finding finding = Finding::broken("accepted, without a restart", seen,
                                    "when the issuer changes its keys nobody gets in any more");
  finding.cause = "new keys of the issuer are not taken up";
  return finding;
}

std::function<Finding(Choreography&)> patiently(std::function<Finding(Choreography&)> body) {
  return [body = std::move(body)](Choreography& play) {
    Finding finding = body(play);
    if (finding.kind != Finding::Kind::undecided || !play.patient()) return finding;
    play.end_outage();
    return play.wait_for_attention() ? body(play) : finding;
  };
}

check::Body choreographed(std::function<Finding(Choreography&)> body) {
  return check::on_own_server([body = std::move(body)](Probe& probe) {
    if (!probe.control_accepted()) {
      return Finding::undecided("good credentials were refused before anything was changed");
    }
    Choreography play(probe);
    Finding finding = body(play);
    // Nobody else will use a server of the case's own.
    if (probe.context().is_another()) return finding;
    play.restore();
    play.settle();
    return finding;
  });
}

}  // namespace suites::keys
