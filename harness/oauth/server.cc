#include "harness/oauth/server.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/mcp/protocol.h"

namespace oauth {
namespace {

using nlohmann::json;

json read_object(const wire::Exchange& exchange) {
  if (exchange.status() != 200) return nullptr;
  auto document = base::parse_json(exchange.response->body);
  return document && document->is_object() ? std::move(*document) : json();
}

/// Where the challenge says that the metadata is; empty if it does not.
std::string challenged_place(const Ask& ask, const std::string& mcp_url) {
  const std::string body =
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
      R"("capabilities":{},"clientInfo":{"name":"mcp-authspec","version":"1"}}})";
  const auto exchange =
      post(ask, mcp_url, "application/json", body, {{"Accept", "text/event-stream"}});
  if (!exchange.response) return {};
  for (const auto& challenge : mcp::read_challenges(*exchange.response)) {
    if (const std::string* place = challenge.parameter("resource_metadata")) return *place;
  }
  return {};
}

json resource_metadata(const Ask& ask, const std::string& mcp_url, const base::Url& url) {
  const std::string root = url.origin() + "/.well-known/oauth-protected-resource";
  std::vector<std::string> places = {challenged_place(ask, mcp_url)};
  if (url.path != "/") places.push_back(root + url.path);
  places.push_back(root);
  for (const std::string& place : places) {
    if (place.empty()) continue;
    json metadata = read_object(get_json(ask, place));
    if (metadata.is_object()) return metadata;
  }
  return nullptr;
}

/// The paths that 2025-03-26 has for servers without metadata.
Server with_default_endpoints(const base::Url& url) {
  Server server;
  server.issuer = url.origin();
  server.authorization_endpoint = url.origin() + "/authorize";
  server.token_endpoint = url.origin() + "/token";
  server.registration_endpoint = url.origin() + "/register";
  return server;
}

std::vector<std::string> list_of(const json& metadata, const char* name) {
  return base::texts(metadata.value(name, json()));
}

bool flag_of(const json& metadata, const char* name) {
  const auto member = metadata.find(name);
  return member != metadata.end() && member->is_boolean() && member->get<bool>();
}

Server server_of(const json& metadata) {
  const auto text = [&](const char* name) { return base::text_member(metadata, name); };
  Server server;
  server.authorization_endpoint = text("authorization_endpoint");
  server.token_endpoint = text("token_endpoint");
  server.registration_endpoint = text("registration_endpoint");
  server.revocation_endpoint = text("revocation_endpoint");
  server.named_issuer = text("issuer");
  server.jwks_uri = text("jwks_uri");
  server.userinfo_endpoint = text("userinfo_endpoint");
  server.introspection_endpoint = text("introspection_endpoint");
  server.pushed_request_endpoint = text("pushed_authorization_request_endpoint");
  server.device_endpoint = text("device_authorization_endpoint");
  server.grant_types = list_of(metadata, "grant_types_supported");
  server.authentications = list_of(metadata, "token_endpoint_auth_methods_supported");
  server.assertion_algorithms =
      list_of(metadata, "token_endpoint_auth_signing_alg_values_supported");
  server.dpop_algorithms = list_of(metadata, "dpop_signing_alg_values_supported");
  server.offered_scopes = list_of(metadata, "scopes_supported");
  server.s256 = base::contains(list_of(metadata, "code_challenge_methods_supported"), "S256");
  server.takes_documents = flag_of(metadata, "client_id_metadata_document_supported");
  server.announces_iss = flag_of(metadata, "authorization_response_iss_parameter_supported");
  server.metadata = base::dump(metadata);
  return server;
}

}  // namespace

bool Server::has_grant(const std::string& type) const {
  if (grant_types.empty()) return type == "authorization_code" || type == "implicit";
  return base::contains(grant_types, type);
}

bool Server::has_authentication(const std::string& method) const {
  if (authentications.empty()) return method == "client_secret_basic";
  return base::contains(authentications, method);
}

std::vector<std::string> metadata_places(const base::Url& issuer) {
  const std::string oauth = issuer.origin() + "/.well-known/oauth-authorization-server";
  const std::string oidc = issuer.origin() + "/.well-known/openid-configuration";
  if (issuer.path == "/") return {oauth, oidc};
  std::string path = issuer.path;
  if (path.ends_with('/')) path.pop_back();
  return {oauth + path, oidc + path, issuer.origin() + path + "/.well-known/openid-configuration"};
}

base::Result<Server> read_issuer(const Ask& ask, const std::string& issuer) {
  const auto url = base::parse_url(issuer);
  if (!url) return tl::unexpected(url.error());
  std::vector<std::string> tried;
  for (const std::string& place : metadata_places(*url)) {
    const auto exchange = get_json(ask, place);
    const json metadata = read_object(exchange);
    tried.push_back(
        fmt::format("{}: {}", place,
                    exchange.response ? std::to_string(exchange.status()) : exchange.failure_text));
    if (!metadata.is_object()) continue;
    Server server = server_of(metadata);
    server.issuer = issuer;
    server.place = place;
    if (server.authorization_endpoint.empty() || server.token_endpoint.empty()) {
      return base::fail(place + " names no authorization_endpoint or no token_endpoint");
    }
    return server;
  }
  return base::fail("no metadata of an authorization server: " + base::join(tried, ", "));
}

base::Result<Server> discover(const Ask& ask, const std::string& mcp_url) {
  const auto url = base::parse_url(mcp_url);
  if (!url) return tl::unexpected(url.error());
  const json metadata = resource_metadata(ask, mcp_url, *url);
  std::vector<std::string> issuers;
  if (metadata.is_object()) issuers = base::texts(metadata.value("authorization_servers", json()));
  const std::string issuer = issuers.empty() ? url->origin() : issuers.front();
  auto server = read_issuer(ask, issuer);
  const auto issuer_url = base::parse_url(issuer);
  if (!server && issuer_url && issuer_url->origin() == url->origin()) {
    server = with_default_endpoints(*url);
  }
  if (!server) return server;
  // What the metadata calls the resource counts where this server is it, or is within it.
  server->resource = metadata.is_object() ? base::text_member(metadata, "resource") : "";
  if (server->resource.empty() || mcp_url.rfind(server->resource, 0) != 0) {
    server->resource = mcp_url;
  }
  if (metadata.is_object()) {
    server->scopes = base::texts(metadata.value("scopes_supported", json()));
  }
  return server;
}

}  // namespace oauth
