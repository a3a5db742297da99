#include "mock-idp/idp/clients.h"

#include <utility>

#include "common/base/text.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

constexpr std::size_t kMaxClients = 10'000;

/// No issuer has a slash in its name.
std::string key_of(std::string_view issuer, std::string_view id) {
  return std::string(issuer) + "/" + std::string(id);
}

}  // namespace

void Clients::add(std::string_view issuer, RegisteredClient client) {
  const std::lock_guard lock(mutex_);
  while (order_.size() >= kMaxClients) {
    clients_.erase(order_.front());
    order_.pop_front();
  }
  std::string key = key_of(issuer, client.id);
  order_.push_back(key);
  clients_[std::move(key)] = std::move(client);
}

std::optional<RegisteredClient> Clients::find(std::string_view issuer, std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(key_of(issuer, id));
  if (found == clients_.end()) return std::nullopt;
  return found->second;
}

Read<void> check_authentication(const Call& call, const Client& client) {
  const auto registered = call.provider.clients.find(call.issuer->name(), client.id);
  if (!registered) {
    if (call.weak(Weakness::any_client)) return {};
    return refuse_client("the client is not registered");
  }
  if (registered->how == ClientAuthentication::none) {
    if (!client.secret.empty()) return refuse_client("the client has no secret");
  } else if (client.secret != registered->secret && !call.weak(Weakness::secret_unchecked)) {
    return refuse_client("the client's secret is wrong or missing");
  }
  return {};
}

Read<void> check_client(const Call& call, const Client& client, std::string_view grant_type) {
  if (auto known = check_authentication(call, client); !known) return known;
  const auto registered = call.provider.clients.find(call.issuer->name(), client.id);
  if (registered && !base::contains(registered->grant_types, grant_type)) {
    return refuse("unauthorized_client",
                  "the client did not register for " + std::string(grant_type));
  }
  return {};
}

}  // namespace idp
