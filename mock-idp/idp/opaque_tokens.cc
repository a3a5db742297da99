#include "mock-idp/idp/opaque_tokens.h"

#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/random.h"

namespace idp {
namespace {

/// A NumericDate among the claims; nothing where there is none or it is none.
std::optional<double> date(const jose::Members& claims, std::string_view name) {
  const std::string* const text = claims.find(name);
  if (text == nullptr) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_number() || !std::isfinite(json.get<double>())) return std::nullopt;
  return json.get<double>();
}

bool has_ended(const jose::Members& claims, long long now) {
  const auto end = date(claims, "exp");
  return end && *end <= static_cast<double>(now);
}

}  // namespace

bool OpaqueToken::is_active(long long now) const {
  if (checked) return is_valid(now);
  return !revoked && (born_expired || !has_ended(claims, now));
}

bool OpaqueToken::is_valid(long long now) const {
  const auto start = date(claims, "nbf");
  return !revoked && !has_ended(claims, now) && (!start || *start <= static_cast<double>(now));
}

std::string OpaqueTokens::add(const jose::Recipe& recipe, OpaqueShape shape) {
  std::string text = shape.text.empty() ? base::random_hex(24) : std::move(shape.text);
  OpaqueToken token{.claims = recipe.claims,
                    .body = recipe.payload_text,
                    .at_introspection = std::move(shape.at_introspection),
                    .at_userinfo = std::move(shape.at_userinfo),
                    .born_expired = has_ended(recipe.claims, clock_.epoch_seconds()),
                    .checked = shape.checked};
  const std::lock_guard lock(mutex_);
  if (tokens_.insert_or_assign(text, std::move(token)).second) oldest_first_.push_back(text);
  while (tokens_.size() > capacity_) {
    tokens_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  return text;
}

std::optional<OpaqueToken> OpaqueTokens::find(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(text);
  if (found == tokens_.end()) return std::nullopt;
  return found->second;
}

bool OpaqueTokens::revoke(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(text);
  if (found == tokens_.end()) return false;
  found->second.revoked = true;
  return true;
}

bool OpaqueTokens::names_clients() const {
  const std::lock_guard lock(mutex_);
  return !clients_.empty();
}

void OpaqueTokens::allow_client(std::string id, std::string secret) {
  const std::lock_guard lock(mutex_);
  clients_.insert_or_assign(std::move(id), std::move(secret));
}

bool OpaqueTokens::may_ask(std::string_view id, std::string_view secret) const {
  if (id.empty() || secret.empty()) return false;
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(id);
  return clients_.empty() || (found != clients_.end() && found->second == secret);
}

void OpaqueTokens::clear() {
  const std::lock_guard lock(mutex_);
  tokens_.clear();
  oldest_first_.clear();
  clients_.clear();
  answers_anybody_ = false;
}

}  // namespace idp
