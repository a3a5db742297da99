#include "mock-idp/idp/replays.h"

#include "mock-idp/jose/key.h"

namespace idp {

bool Replays::is_first(std::string_view owner, std::string_view id, base::Time until) {
  constexpr std::size_t kMost = 50'000;
  const std::string key = jose::sha256(jose::sha256(owner) + std::string(id));
  const base::Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(key);
  if (found != seen_.end()) {
    if (now < found->second) return false;
    found->second = until;
    return true;
  }
  while (order_.size() >= kMost) {
    seen_.erase(order_.front());
    order_.pop_front();
  }
  seen_.emplace(key, until);
  order_.push_back(key);
  return true;
}

void Replays::clear() {
  const std::lock_guard lock(mutex_);
  seen_.clear();
  order_.clear();
}

}  // namespace idp
