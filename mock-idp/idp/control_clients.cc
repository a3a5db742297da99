#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/random.h"
#include "mock-idp/idp/client_metadata.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

constexpr std::size_t kSecretBytes = 24;

bool needs_secret(const RegisteredClient& client) {
  return client.how == ClientAuthentication::client_secret_basic ||
         client.how == ClientAuthentication::client_secret_post;
}

/// As a registration has it, read without a request.
nlohmann::json information(const ControlCall& call, Issuer& issuer,
                           const RegisteredClient& client) {
  const http::Request none;
  return client_information({none, call.provider, &issuer}, client);
}

}  // namespace

Obeyed<http::Response> list_clients(const ControlCall& call) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  nlohmann::json list = nlohmann::json::array();
  for (const RegisteredClient& client : call.provider.clients.list((*issuer)->name())) {
    list.push_back(information(call, **issuer, client));
  }
  return http::Response::json(200, base::dump({{"clients", std::move(list)}}));
}

Obeyed<http::Response> add_client(const ControlCall& call) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  nlohmann::json metadata = nlohmann::json::object();
  if (call.has("metadata")) {
    // It went through the strict parser already.
    metadata = *base::parse_json(control_text(call.arguments.at("metadata")));
  }
  const http::Request none;
  auto client = read_client_metadata({none, call.provider, *issuer}, metadata);
  if (!client) {
    return refuse_argument("metadata", client.error().code + ": " + client.error().description);
  }
  client->id = call.text("client_id");
  if (client->id.empty()) return refuse_argument("client_id", "must not be empty");
  if (needs_secret(*client)) {
    client->secret =
        call.has("client_secret") ? call.text("client_secret") : base::random_hex(kSecretBytes);
    if (client->secret.empty()) return refuse_argument("client_secret", "must not be empty");
  } else if (call.has("client_secret")) {
    return refuse_argument("client_secret", "means nothing to how this client authenticates");
  }
  client->registration_token = base::random_hex(kSecretBytes);
  client->issued_at = call.provider.clock.epoch_seconds();
  call.provider.clients.add((*issuer)->name(), *client);
  return http::Response::json(201, base::dump(information(call, **issuer, *client)));
}

Obeyed<http::Response> remove_client(const ControlCall& call) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  const std::string id = call.text("client_id");
  if (!call.provider.clients.find((*issuer)->name(), id)) {
    return tl::unexpected(Refusal{404, "client_id", "is no client that is registered"});
  }
  call.provider.clients.remove((*issuer)->name(), id);
  call.provider.grants.revoke_client((*issuer)->name(), id);
  return list_clients(call);
}

}  // namespace idp
