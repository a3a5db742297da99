#include "mock-idp/idp/provider.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "mock-idp/idp/control.h"

namespace idp {

Behaviour Options::usual() const { return {persona, strict ? idp::strict() : lax()}; }

base::Result<void> check_issuer_name(std::string_view name) {
  constexpr std::size_t kLongest = 128;
  const bool good =
      !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view("._~-").find(c) != std::string_view::npos;
      });
  if (!good) return base::fail("a name is 1 to 128 letters, digits or . _ ~ -");
  if (auto behaviour = behaviour_of(name, {}); !behaviour) {
    return tl::unexpected(behaviour.error());
  }
  return {};
}

base::Result<Issuer*> Provider::find_issuer(std::string_view name) {
  {
    const std::shared_lock lock(mutex_);
    const auto found = issuers_.find(name);
    if (found != issuers_.end()) return found->second.issuer.get();
    if (issuers_.size() >= kMaxIssuers) return base::fail("there are too many issuers");
  }
  if (auto good = check_issuer_name(name); !good) return tl::unexpected(good.error());
  return &make_issuer(name);
}

Provider::Provider(Options chosen)
    : options(std::move(chosen)),
      journal(options.journal_capacity),
      bait_listeners([this](const http::Request& request) { return serve(*this, request); },
                     clock) {}

std::vector<Issuer*> Provider::issuers() {
  const std::shared_lock lock(mutex_);
  std::vector<Issuer*> all;
  for (const auto& [name, made] : issuers_) all.push_back(made.issuer.get());
  return all;
}

// The store watches for the issuers, which are gone before its turn comes.
Provider::~Provider() { key_store.reset(); }

base::Result<void> Provider::obey_start() {
  for (const StartCommand& start : options.at_start) {
    const std::string_view command = start.command;
    const std::size_t blank = std::min(command.find(' '), command.size());
    const std::string_view target = command.substr(std::min(blank + 1, command.size()));
    const auto done = obey(*this, command.substr(0, blank), target, start.json);
    if (!done) {
      return base::fail(
          fmt::format("{}{} {}", start.where, done.error().where, done.error().message));
    }
  }
  return {};
}

void Provider::reset() {
  faults.clear();
  key_caching.clear();
  queue.clear();
  baits.clear();
  clients.clear();
  grants.clear();
  devices.clear();
  logins.clear();
  replays.clear();
  sessions.clear();
  documents.clear();
  pushed_requests.clear();
  upstream_status = kUpstreamStatus;
  clock.offset(std::chrono::milliseconds(0));
  {
    const std::unique_lock lock(mutex_);
    for (auto& [name, made] : issuers_) {
      made.issuer->keys().restore(made.first_keys);
      made.issuer->opaque_tokens().clear();
    }
  }
  journal.clear();
  // Nothing to tell: they were all obeyed before.
  [[maybe_unused]] const auto again = obey_start();
}

Issuer& Provider::make_issuer(std::string_view name) {
  const std::unique_lock lock(mutex_);
  Made& made = issuers_[std::string(name)];
  if (!made.issuer) {
    const std::string text(name);
    made.issuer = std::make_unique<Issuer>(text, origin + "/i/" + text, options, clock);
    if (key_store) key_store->attach(*made.issuer);
    made.first_keys = made.issuer->keys().contents();
  }
  return *made.issuer;
}

}  // namespace idp
