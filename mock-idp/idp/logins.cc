#include "mock-idp/idp/logins.h"

#include <chrono>
#include <utility>

#include "common/base/random.h"

namespace idp {
namespace {

constexpr std::size_t kMaxLogins = 1'000;
constexpr std::chrono::minutes kLoginLife{10};
constexpr std::size_t kIdBytes = 16;

}  // namespace

std::string Logins::begin(Login login) {
  std::string id = base::random_hex(kIdBytes);
  login.expires = clock_.now() + kLoginLife;
  const std::lock_guard lock(mutex_);
  while (order_.size() >= kMaxLogins) {
    logins_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(id);
  logins_[id] = std::move(login);
  return id;
}

std::optional<Login> Logins::take(const std::string& id, const std::string& issuer,
                                  const std::string* browser) {
  const std::lock_guard lock(mutex_);
  const auto found = logins_.find(id);
  if (found == logins_.end()) return std::nullopt;
  const Login& login = found->second;
  const bool own = login.issuer == issuer && (browser == nullptr || login.browser == *browser);
  if (!own || clock_.now() >= login.expires) return std::nullopt;
  Login taken = std::move(found->second);
  logins_.erase(found);
  return taken;
}

void Logins::clear() {
  const std::lock_guard lock(mutex_);
  logins_.clear();
  order_.clear();
}

}  // namespace idp
