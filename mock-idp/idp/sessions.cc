#include "mock-idp/idp/sessions.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/random.h"
#include "common/base/text.h"

namespace idp {
namespace {

constexpr std::size_t kMaxSessions = 1'000;
constexpr std::size_t kMaxConsents = 100;  ///< of one session
constexpr std::size_t kMaxMembers = 200;   ///< of one consent
constexpr std::chrono::hours kSessionLife{8};
constexpr std::size_t kSessionIdBytes = 16;

bool includes(const std::vector<std::string>& whole, const std::vector<std::string>& part) {
  return std::all_of(part.begin(), part.end(),
                     [&](const std::string& one) { return base::contains(whole, one); });
}

void add_to(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const std::string& one : more) {
    if (list.size() < kMaxMembers && !base::contains(list, one)) list.push_back(one);
  }
}

void remember(Session& session, const Granted& granted) {
  if (session.consents.size() >= kMaxConsents) session.consents.clear();
  Consent& consent = session.consents[granted.client_id];
  add_to(consent.scopes, base::words(granted.scope));
  add_to(consent.audiences, granted.audiences);
}

}  // namespace

bool Session::allows(const std::string& client_id, const std::string& scope,
                     const std::vector<std::string>& audiences) const {
  const auto consent = consents.find(client_id);
  return consent != consents.end() && includes(consent->second.scopes, base::words(scope)) &&
         includes(consent->second.audiences, audiences);
}

std::string Sessions::log_in(std::string_view issuer, const Person& person, const Granted& granted,
                             const std::string& before) {
  std::string id = base::random_hex(kSessionIdBytes);
  const std::lock_guard lock(mutex_);
  Session session{.issuer = std::string(issuer), .person = person};
  const Session* const old = live(before, issuer);
  if (old != nullptr && old->person.subject == person.subject) session.consents = old->consents;
  remember(session, granted);
  sessions_.erase(before);
  while (sessions_.size() >= kMaxSessions && !order_.empty()) {
    sessions_.erase(order_.front());
    order_.pop_front();
  }
  // Those that ended are still in the order.
  if (order_.size() >= 2 * kMaxSessions) {
    std::erase_if(order_, [&](const std::string& one) { return sessions_.count(one) == 0; });
  }
  order_.push_back(id);
  sessions_[id] = std::move(session);
  return id;
}

std::optional<Session> Sessions::find(const std::string& id, std::string_view issuer) const {
  const std::lock_guard lock(mutex_);
  const Session* const session = live(id, issuer);
  if (session == nullptr) return std::nullopt;
  return *session;
}

std::optional<Session> Sessions::log_out(const std::string& id, std::string_view issuer) {
  const std::lock_guard lock(mutex_);
  const Session* const session = live(id, issuer);
  if (session == nullptr) return std::nullopt;
  std::optional<Session> ended = *session;
  sessions_.erase(id);
  return ended;
}

const Session* Sessions::live(const std::string& id, std::string_view issuer) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.issuer != issuer) return nullptr;
  const base::Time ends = found->second.person.since + kSessionLife;
  return clock_.now() < ends ? &found->second : nullptr;
}

void Sessions::clear() {
  const std::lock_guard lock(mutex_);
  sessions_.clear();
  order_.clear();
}

}  // namespace idp
