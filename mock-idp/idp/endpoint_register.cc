#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/client_metadata.h"
#include "mock-idp/idp/provider.h"

// RFC 7591: anybody may register. RFC 7592: who registered may read, change and delete the
// registration, at the same path with `client_id` in the query.
namespace idp {
namespace {

using nlohmann::json;

bool has_secret(const RegisteredClient& client) {
  return client.how == ClientAuthentication::client_secret_basic ||
         client.how == ClientAuthentication::client_secret_post;
}

http::Response told(const Call& call, const RegisteredClient& client, int status) {
  return not_stored(http::Response::json(status, base::dump(client_information(call, client))));
}

http::Response enroll(const Call& call) {
  const auto document = read_metadata_body(call);
  if (!document) return refused(document.error());
  auto client = read_client_metadata(call, *document);
  if (!client) return refused(client.error());
  client->id = "client-" + base::random_hex(8);
  if (has_secret(*client)) client->secret = base::random_hex(24);
  client->registration_token = base::random_hex(24);
  client->issued_at = call.provider.clock.epoch_seconds();
  call.provider.clients.add(call.issuer->name(), *client);
  return told(call, *client, 201);
}

/// The client whose registration access token it is. There is no telling whether another exists.
std::optional<RegisteredClient> own_client(const Call& call, const std::string& id) {
  const auto fields = base::all_headers(call.request.headers, "Authorization");
  if (fields.size() != 1) return std::nullopt;
  const std::string_view field = fields.front();
  const std::size_t blank = field.find(' ');
  if (blank == std::string_view::npos ||
      !base::equal_ignoring_case(field.substr(0, blank), "Bearer")) {
    return std::nullopt;
  }
  auto client = call.provider.clients.find(call.issuer->name(), id);
  const bool own = client && !client->registration_token.empty() &&
                   base::trim(field.substr(blank)) == client->registration_token;
  return own ? std::move(client) : std::nullopt;
}

http::Response not_own() {
  http::Response response = http::Response::json(401, R"({"error":"invalid_token"})");
  response.headers.push_back({"WWW-Authenticate", "Bearer error=\"invalid_token\""});
  return not_stored(std::move(response));
}

/// RFC 7592, section 2.2: the whole registration, without what is the provider's to say.
Read<RegisteredClient> read_change(const Call& call, const RegisteredClient& before) {
  const auto document = read_metadata_body(call);
  if (!document) return tl::unexpected(document.error());
  for (const char* name : {"registration_access_token", "registration_client_uri",
                           "client_secret_expires_at", "client_id_issued_at"}) {
    if (document->contains(name)) {
      return refuse("invalid_request", std::string(name) + " cannot be changed");
    }
  }
  if (base::text_member(*document, "client_id") != before.id) {
    return refuse("invalid_request", "client_id has to be that of the client");
  }
  const auto secret = document->find("client_secret");
  if (secret != document->end() && *secret != before.secret) {
    return refuse("invalid_request", "client_secret cannot be chosen");
  }
  auto client = read_client_metadata(call, *document);
  if (!client) return client;
  client->id = before.id;
  client->issued_at = before.issued_at;
  client->registration_token = before.registration_token;
  if (has_secret(*client)) {
    client->secret = before.secret.empty() ? base::random_hex(24) : before.secret;
  }
  return client;
}

http::Response manage(const Call& call, const std::string& id) {
  if (!allows(call.request, "GET, PUT, DELETE")) {
    return not_stored(method_not_allowed("GET, PUT, DELETE"));
  }
  const auto client = own_client(call, id);
  if (!client) return not_own();
  if (call.request.method == "GET") return told(call, *client, 200);
  if (call.request.method == "DELETE") {
    call.provider.clients.remove(call.issuer->name(), id);
    call.provider.grants.revoke_client(call.issuer->name(), id);
    return not_stored(http::Response{.status = 204});
  }
  const auto changed = read_change(call, *client);
  if (!changed) return refused(changed.error());
  call.provider.clients.add(call.issuer->name(), *changed);
  return told(call, *changed, 200);
}

}  // namespace

http::Response register_client(const Call& call) {
  const std::string id = base::form_value(base::parse_form(call.request.query), "client_id");
  if (!id.empty()) return manage(call, id);
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  return enroll(call);
}

}  // namespace idp
