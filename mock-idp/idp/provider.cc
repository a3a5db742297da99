#include "mock-idp/idp/provider.h"

#include <algorithm>
#include <mutex>

namespace idp {

bool is_issuer_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '~' || c == '-';
  });
}

Issuer* Provider::find_issuer(std::string_view name) {
  if (!is_issuer_name(name)) return nullptr;
  {
    const std::shared_lock lock(mutex_);
    const auto found = issuers_.find(name);
    if (found != issuers_.end()) return found->second.get();
    if (issuers_.size() >= kMaxIssuers) return nullptr;
  }
  return &make_issuer(name);
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
