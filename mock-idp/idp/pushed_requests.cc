#include "mock-idp/idp/pushed_requests.h"

#include <chrono>
#include <utility>

#include "common/base/random.h"

namespace idp {
namespace {

constexpr std::string_view kReference = "urn:ietf:params:oauth:request_uri:";
constexpr std::size_t kMaxPushed = 1'000;
constexpr std::size_t kReferenceBytes = 24;

}  // namespace

bool PushedRequests::is_reference(std::string_view uri) {
  return uri.substr(0, kReference.size()) == kReference;
}

std::string PushedRequests::add(std::string_view issuer, std::string_view client_id,
                                base::FormFields fields) {
  std::string uri = std::string(kReference) + base::random_hex(kReferenceBytes);
  const std::lock_guard lock(mutex_);
  while (order_.size() >= kMaxPushed) {
    requests_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(uri);
  requests_[uri] = {.issuer = std::string(issuer),
                    .client_id = std::string(client_id),
                    .fields = std::move(fields),
                    .expires = clock_.now() + std::chrono::seconds(kLifeSeconds)};
  return uri;
}

std::optional<base::FormFields> PushedRequests::take(const std::string& uri,
                                                     std::string_view issuer,
                                                     std::optional<std::string> client_id,
                                                     bool kept) {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(uri);
  if (found == requests_.end()) return std::nullopt;
  const Pushed& pushed = found->second;
  if (pushed.issuer != issuer || (client_id && pushed.client_id != *client_id)) {
    return std::nullopt;
  }
  const bool live = clock_.now() < pushed.expires;
  base::FormFields fields = pushed.fields;
  if (!kept) requests_.erase(found);
  return live ? std::optional(std::move(fields)) : std::nullopt;
}

void PushedRequests::clear() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
  order_.clear();
}

}  // namespace idp
