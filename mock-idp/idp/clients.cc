#include "mock-idp/idp/clients.h"

#include <chrono>
#include <utility>

#include "common/base/compare.h"
#include "common/base/text.h"
#include "mock-idp/idp/client_assertion.h"
#include "mock-idp/idp/client_certificate.h"
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
  std::string key = key_of(issuer, client.id);
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(key);
  if (found != clients_.end()) {
    found->second = std::move(client);
    return;
  }
  while (order_.size() >= kMaxClients) {
    clients_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(key);
  clients_[std::move(key)] = std::move(client);
}

void Clients::remove(std::string_view issuer, std::string_view id) {
  const std::string key = key_of(issuer, id);
  const std::lock_guard lock(mutex_);
  if (clients_.erase(key) > 0) std::erase(order_, key);
}

std::optional<RegisteredClient> Clients::find(std::string_view issuer, std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(key_of(issuer, id));
  if (found == clients_.end()) return std::nullopt;
  return found->second;
}

namespace {

/// Strict issuers do not tell by the time how much of a guess is right. How long the secrets are
/// that they give out is no secret.
bool same_secret(const Call& call, const std::string& offered, const std::string& known) {
  if (!call.weak(Weakness::client_secret_early_exit)) {
    return base::equal_in_constant_time(offered, known);
  }
  return base::equal_with_early_exit(offered, known, std::chrono::microseconds{1});
}

Read<void> check_secret(const Call& call, const RegisteredClient& registered,
                        const Client& client) {
  const bool by_secret = client.how != ClientAuthentication::private_key_jwt;
  if (!by_secret) return refuse_client("the client authenticates by its secret");
  if (same_secret(call, client.secret, registered.secret)) return {};
  if (call.weak(Weakness::secret_unchecked)) return {};
  return refuse_client("the client's secret is wrong or missing");
}

}  // namespace

Read<void> check_authentication(const Call& call, Client& client) {
  const auto registered = look_up_client(call, client.id);
  if (!registered) return tl::unexpected(registered.error());
  if (!*registered) {
    if (call.weak(Weakness::any_client)) return {};
    return refuse_client("the client is not registered");
  }
  switch ((*registered)->how) {
    case ClientAuthentication::none:
      if (client.authenticates()) return refuse_client("the client has no secret");
      return {};
    case ClientAuthentication::private_key_jwt:
      if (client.how == ClientAuthentication::private_key_jwt) {
        return check_assertion(call, **registered, client.assertion);
      }
      return refuse_client("the client authenticates by private_key_jwt");
    case ClientAuthentication::tls_client_auth:
    case ClientAuthentication::self_signed_tls_client_auth:
      if (client.authenticates()) return refuse_client("the client authenticates by certificate");
      client.how = (*registered)->how;
      return check_certificate(call, **registered);
    case ClientAuthentication::client_secret_basic:
    case ClientAuthentication::client_secret_post:
      break;
  }
  return check_secret(call, **registered, client);
}

Read<void> check_client(const Call& call, Client& client, std::string_view grant_type) {
  if (auto known = check_authentication(call, client); !known) return known;
  const auto registered = find_client(call, client.id);
  if (registered && !base::contains(registered->grant_types, grant_type)) {
    return refuse("unauthorized_client",
                  "the client did not register for " + std::string(grant_type));
  }
  return {};
}

std::vector<RegisteredClient> Clients::list(std::string_view issuer) const {
  const std::string prefix = key_of(issuer, {});
  const std::lock_guard lock(mutex_);
  std::vector<RegisteredClient> all;
  for (const std::string& key : order_) {
    if (key.rfind(prefix, 0) == 0) all.push_back(clients_.at(key));
  }
  return all;
}

void Clients::clear() {
  const std::lock_guard lock(mutex_);
  clients_.clear();
  order_.clear();
}

}  // namespace idp
