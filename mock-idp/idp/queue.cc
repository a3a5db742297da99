#include "mock-idp/idp/queue.h"

#include <utility>

namespace idp {
namespace {

constexpr std::size_t kMaxQueued = 100;

template <typename T>
bool push(std::deque<T>& line, T item) {
  if (line.size() >= kMaxQueued) return false;
  line.push_back(std::move(item));
  return true;
}

template <typename T>
std::optional<T> pop(std::deque<T>& line) {
  if (line.empty()) return std::nullopt;
  T item = std::move(line.front());
  line.pop_front();
  return item;
}

}  // namespace

bool Queue::add_user(std::string_view issuer, NextUser user) {
  const std::lock_guard lock(mutex_);
  return push(lanes_[std::string(issuer)].users, std::move(user));
}

bool Queue::add_error(std::string_view issuer, TokenError error) {
  const std::lock_guard lock(mutex_);
  return push(lanes_[std::string(issuer)].errors, std::move(error));
}

std::optional<NextUser> Queue::next_user(std::string_view issuer) {
  const std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(issuer);
  return lane == lanes_.end() ? std::nullopt : pop(lane->second.users);
}

std::optional<TokenError> Queue::next_error(std::string_view issuer) {
  const std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(issuer);
  return lane == lanes_.end() ? std::nullopt : pop(lane->second.errors);
}

std::size_t Queue::users(std::string_view issuer) const {
  const std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(issuer);
  return lane == lanes_.end() ? 0 : lane->second.users.size();
}

std::size_t Queue::errors(std::string_view issuer) const {
  const std::lock_guard lock(mutex_);
  const auto lane = lanes_.find(issuer);
  return lane == lanes_.end() ? 0 : lane->second.errors.size();
}

void Queue::clear() {
  const std::lock_guard lock(mutex_);
  lanes_.clear();
}

}  // namespace idp
