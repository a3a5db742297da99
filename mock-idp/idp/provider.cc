#include "mock-idp/idp/provider.h"

#include <algorithm>
#include <mutex>

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
    if (found != issuers_.end()) return found->second.get();
    if (issuers_.size() >= kMaxIssuers) return base::fail("there are too many issuers");
  }
  if (auto good = check_issuer_name(name); !good) return tl::unexpected(good.error());
  return &make_issuer(name);
}

std::vector<Issuer*> Provider::issuers() {
  const std::shared_lock lock(mutex_);
  std::vector<Issuer*> all;
  for (const auto& [name, issuer] : issuers_) all.push_back(issuer.get());
  return all;
}

Issuer& Provider::make_issuer(std::string_view name) {
  const std::unique_lock lock(mutex_);
  auto& issuer = issuers_[std::string(name)];
  if (!issuer) {
    const std::string text(name);
    issuer = std::make_unique<Issuer>(text, origin + "/i/" + text, options, clock);
  }
  return *issuer;
}

}  // namespace idp
