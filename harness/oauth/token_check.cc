#include "harness/oauth/token_check.h"

#include <fmt/core.h>

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"

namespace oauth {
namespace {

using nlohmann::json;

base::Result<json> decoded_object(const std::string& segment) {
  const auto text = base::base64url_decode(segment);
  if (!text) return base::fail("it is no JWT");
  auto object = base::parse_json(*text);
  if (!object || !object->is_object()) return base::fail("it is no JWT");
  return std::move(*object);
}

base::Result<json> published_keys(const Ask& ask, const Server& server) {
  if (server.jwks_uri.empty()) return base::fail("the metadata names no jwks_uri");
  const auto exchange = get_json(ask, server.jwks_uri);
  if (exchange.status() != 200) {
    return base::fail(
        fmt::format("{}: {}", server.jwks_uri,
                    exchange.response ? std::to_string(exchange.status()) : exchange.failure_text));
  }
  const auto document = base::parse_json(exchange.response->body);
  if (!document || !document->is_object() || !document->contains("keys") ||
      !document->at("keys").is_array()) {
    return base::fail(server.jwks_uri + " holds no key set");
  }
  return document->at("keys");
}

std::string answer_of(const wire::Exchange& exchange) {
  return exchange.response ? std::to_string(exchange.status()) : exchange.failure_text;
}

}  // namespace

base::Result<Verified> verify_by_keys(const Ask& ask, const Server& server,
                                      const std::string& token) {
  const auto segments = base::split(token, '.');
  if (segments.size() != 3) return base::fail("it is no JWT");
  const auto header = decoded_object(segments[0]);
  if (!header) return tl::unexpected(header.error());
  const auto claims = decoded_object(segments[1]);
  if (!claims) return tl::unexpected(claims.error());
  const auto signature = base::base64url_decode(segments[2]);
  if (!signature) return base::fail("it is no JWT");
  const auto keys = published_keys(ask, server);
  if (!keys) return tl::unexpected(keys.error());
  const std::string alg = base::text_member(*header, "alg");
  const std::string kid = base::text_member(*header, "kid");
  bool candidate = false;
  for (const json& jwk : *keys) {
    if (!jwk.is_object() || (!kid.empty() && base::text_member(jwk, "kid") != kid)) continue;
    const auto key = jose::Key::from_public_jwk(base::dump(jwk));
    if (!key) continue;
    candidate = true;
    if (!key->verify(alg, segments[0] + "." + segments[1], *signature)) continue;
    return Verified{fmt::format("{} by key {}", alg, key->kid()), base::dump(*claims)};
  }
  if (candidate) return base::fail("no published key made its signature");
  return base::fail(fmt::format("no published key has its kid \"{}\"", kid));
}

Standing ask_userinfo(const Ask& ask, const Server& server, const std::string& token) {
  if (server.userinfo_endpoint.empty()) return {Standing::Kind::unknown, "there is no userinfo"};
  wire::Request request;
  request.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + token}};
  const auto exchange = send(ask, server.userinfo_endpoint, std::move(request));
  const std::string words = "userinfo answers " + answer_of(exchange);
  if (exchange.status() == 200) return {Standing::Kind::live, words};
  return {exchange.status() == 401 ? Standing::Kind::dead : Standing::Kind::unknown, words};
}

Standing ask_introspection(const Ask& ask, const Server& server, const Client& client,
                           const std::string& token) {
  if (server.introspection_endpoint.empty()) {
    return {Standing::Kind::unknown, "there is no introspection"};
  }
  base::FormFields fields = {{"token", token}};
  base::Headers headers;
  authenticate(client, fields, headers);
  const auto exchange =
      post(ask, server.introspection_endpoint, "application/x-www-form-urlencoded",
           base::encode_form(fields), std::move(headers));
  const std::string status = "introspection answers " + answer_of(exchange);
  if (exchange.status() != 200) return {Standing::Kind::unknown, status};
  const auto body = base::parse_json(exchange.response->body);
  if (!body || !body->is_object() || !body->contains("active") ||
      !body->at("active").is_boolean()) {
    return {Standing::Kind::unknown, status + " without `active`"};
  }
  const bool active = body->at("active").get<bool>();
  return {active ? Standing::Kind::live : Standing::Kind::dead,
          std::string("introspection says ") + (active ? "active" : "not active")};
}

Standing ask_about(const Ask& ask, const Server& server, const Client& client,
                   const std::string& token) {
  const Standing by_userinfo = ask_userinfo(ask, server, token);
  if (by_userinfo.live()) return by_userinfo;
  const Standing by_introspection = ask_introspection(ask, server, client, token);
  if (by_introspection.kind != Standing::Kind::unknown) return by_introspection;
  if (by_userinfo.dead()) return by_userinfo;
  return {Standing::Kind::unknown, by_userinfo.words + ", " + by_introspection.words};
}

}  // namespace oauth
