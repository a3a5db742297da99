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

std::vector<std::string> metadata_places(const base::Url& issuer) {
  const std::string oauth = issuer.origin() + "/.well-known/oauth-authorization-server";
  const std::string oidc = issuer.origin() + "/.well-known/openid-configuration";
  if (issuer.path == "/") return {oauth, oidc};
  std::string path = issuer.path;
  if (path.ends_with('/')) path.pop_back();
  return {oauth + path, oidc + path, issuer.origin() + path + "/.well-known/openid-configuration"};
}

/// The paths that 2025-03-26 has for servers without metadata.
Server with_default_endpoints(const base::Url& url) {
  return {.issuer = url.origin(),
          .authorization_endpoint = url.origin() + "/authorize",
          .token_endpoint = url.origin() + "/token",
          .registration_endpoint = url.origin() + "/register"};
}

}  // namespace

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
    Server server{.issuer = issuer,
                  .authorization_endpoint = base::text_member(metadata, "authorization_endpoint"),
                  .token_endpoint = base::text_member(metadata, "token_endpoint"),
                  .registration_endpoint = base::text_member(metadata, "registration_endpoint"),
                  .revocation_endpoint = base::text_member(metadata, "revocation_endpoint")};
    server.s256 = base::contains(
        base::texts(metadata.value("code_challenge_methods_supported", json())), "S256");
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
