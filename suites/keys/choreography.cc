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

std::size_t max_ages_since(const Choreography& play, base::Time begin) {
  return static_cast<std::size_t>(play.elapsed_since(begin) / kMaxAge);
}

std::string in_words(milliseconds span) {
  if (span < 500ms) return "at once";
  return fmt::format("after {:.1f} s", static_cast<double>(span.count()) / 1'000);
}

std::string json_seconds(milliseconds span) {
  return fmt::format("{:.1f}", static_cast<double>(span.count()) / 1'000);
}

bool may_give_up(const mcp::Answer& answer, const check::Context& context) {
  return answer.status() == 0 && !gave_up(answer) && context.options().quick;
}

bool gave_up(const mcp::Answer& answer) {
  return answer.exchange.failure != wire::Failure::timeout;
}

std::string unanswered(const mcp::Answer& answer) {
  if (!gave_up(answer)) {
    return "each such token keeps a connection of the server busy, as long as the issuer is silent "
           "or longer than anybody waits for an answer";
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

jose::Key Choreography::make_key() {
  const auto key =
      jose::Key::from_pool(control_.alg(), kPoolIndexes[made_++ % kPoolIndexes.size()]);
  // The pool has keys for each algorithm that a control can have.
  return (key ? *key : control_).with_kid(fmt::format("mcp-authspec-new-{}", next_number()));
}

void Choreography::publish(const jose::Key& key) {
  [[maybe_unused]] const auto added = keys_.add(key, idp::KeyState::upcoming);
}

jose::Key Choreography::make_published() {
  jose::Key key = make_key();
  publish(key);
  return key;
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

mcp::Answer Choreography::send(const jose::Recipe& token, milliseconds patience) {
  return probe_.send({.credential = probe_.carry(probe_.mint(token)), .patience = patience});
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

constexpr std::string_view kUndeclared = "key_cache_ttl_s is not declared";

Finding needs_declaration(std::string seen) {
  Finding finding = Finding::undecided(
      std::move(seen) + ". Declare key_cache_ttl_s in the profile to have this tested");
  finding.cause = kUndeclared;
  return finding;
}

Finding settled(Finding finding) {
  return finding.cause == kUndeclared ? Finding::skipped(finding.reason) : finding;
}

std::function<Finding(Choreography&)> patiently(std::function<Finding(Choreography&)> body) {
  return [body = std::move(body)](Choreography& play) {
    Finding finding = body(play);
    if (finding.kind != Finding::Kind::undecided || !play.patient()) return finding;
    play.end_outage();
    return play.wait_for_attention() ? body(play) : finding;
  };
}

namespace {

constexpr std::string_view kNotAwaited =
    "--quick does not wait until the server fetches the key set";

/// A server that pauses between fetches of the key set, and goes on to accept valid credentials,
/// leaves nothing undecided but what --quick was told not to wait for.
Finding without_waiting(Probe& probe, Finding finding) {
  if (finding.kind != Finding::Kind::undecided || !probe.control_accepted()) return finding;
  return Finding::skipped(fmt::format("{}: {}", kNotAwaited, finding.reason));
}

/// Whether valid credentials are accepted, and two new keys in a row within seconds.
bool takes_up_two_keys(Probe& probe) {
  if (!accepted_soon(probe)) return true;  // the cases say so
  Choreography play(probe);
  const bool both = play.takes_up(play.make_published()).happened &&
                    play.takes_up(play.make_published()).happened;
  if (!probe.context().is_another()) {
    play.restore();
    play.settle();
  }
  return both;
}

/// Whether the server pauses between fetches of the key set: found out once in a run.
bool pauses(Probe& judge) {
  return judge.context().once<bool>("pauses between fetches of the key set", [&judge] {
    bool paused = false;
    check::on_own_server([&paused](Probe& probe) {
      paused = !takes_up_two_keys(probe);
      return Finding::met();
    })(judge);
    return paused;
  });
}

}  // namespace

check::Body choreographed(std::function<Finding(Choreography&)> body, Pace pace,
                          std::string first_cache_control) {
  const auto play_through = [body = std::move(body)](Probe& probe) {
    // A server that has just started may have found the machine too busy to fetch its keys.
    if (!accepted_soon(probe)) {
      return Finding::undecided("good credentials were refused before anything was changed");
    }
    Choreography play(probe);
    Finding finding = settled(body(play));
    // Nobody else will use a server of the case's own.
    if (!probe.context().is_another()) {
      play.restore();
      play.settle();
    }
    return play.quick() ? without_waiting(probe, std::move(finding)) : finding;
  };
  const auto on_own_server = check::on_own_server(
      play_through, [first = std::move(first_cache_control)](idp::MockIdp& provider) {
        if (first.empty()) return;
        provider.provider().key_caching.set(provider.issuer().name(), {.cache_control = first});
      });
  return [on_own_server, pace](Probe& judge) {
    if (pace == Pace::prompt && judge.context().options().quick && pauses(judge)) {
      return Finding::skipped(
          fmt::format("{}: it pauses between fetches, as careful clients do", kNotAwaited));
    }
    return on_own_server(judge);
  };
}

}  // namespace suites::keys
