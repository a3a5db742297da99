#include "harness/oauth/client.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/jose/key.h"

namespace oauth {
namespace {

using nlohmann::json;

constexpr const char* kForm = "application/x-www-form-urlencoded";

json object_of(const wire::Exchange& exchange) {
  if (!exchange.response) return nullptr;
  auto document = base::parse_json(exchange.response->body);
  return document && document->is_object() ? std::move(*document) : json();
}

}  // namespace

std::string registration_document(const Registration& registration) {
  const bool web = std::any_of(
      registration.redirect_uris.begin(), registration.redirect_uris.end(),
      [](const std::string& uri) { return base::to_lower(uri).rfind("https:", 0) == 0; });
  json document = {{"client_name", registration.name},
                   {"redirect_uris", registration.redirect_uris},
                   {"grant_types", registration.grant_types},
                   {"response_types", {"code"}},
                   {"application_type", web ? "web" : "native"},
                   {"token_endpoint_auth_method", registration.authentication}};
  if (!base::contains(registration.grant_types, "authorization_code")) {
    document["response_types"] = json::array();
  }
  const auto more = base::parse_json(registration.more.empty() ? "{}" : registration.more);
  if (more && more->is_object()) document.update(*more);
  return base::dump(document);
}

wire::Exchange send_registration(const Ask& ask, const Server& server,
                                 const Registration& registration) {
  return post(ask, server.registration_endpoint, "application/json",
              registration_document(registration));
}

base::Result<Client> enroll(const Ask& ask, const Server& server,
                            const Registration& registration) {
  if (server.registration_endpoint.empty()) {
    return base::fail(server.issuer + " does not let clients register themselves");
  }
  const auto exchange = send_registration(ask, server, registration);
  const json answer = object_of(exchange);
  Client client{.id = base::text_member(answer, "client_id"),
                .secret = base::text_member(answer, "client_secret"),
                .redirect_uris = registration.redirect_uris};
  // The server may have decided otherwise (RFC 7591, section 3.2.1).
  client.authentication = base::text_member(answer, "token_endpoint_auth_method");
  if (client.authentication == "none") client.secret.clear();
  if (exchange.status() / 100 == 2 && !client.id.empty()) return client;
  return base::fail(
      fmt::format("{}: registration was answered with {}{}", server.registration_endpoint,
                  exchange.response ? std::to_string(exchange.status()) : exchange.failure_text,
                  answer.is_object() ? " " + base::text_member(answer, "error") : ""));
}

Pkce make_pkce() {
  const std::string verifier = base::base64url_encode(base::random_bytes(32));
  return {verifier, base::base64url_encode(jose::sha256(verifier))};
}

std::string authorization_url(const Server& server, const base::FormFields& parameters) {
  base::FormFields sent;
  for (const auto& field : parameters) {
    if (!field.second.empty()) sent.push_back(field);
  }
  const std::string& endpoint = server.authorization_endpoint;
  return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") + base::encode_form(sent);
}

base::FormFields authorization_parameters(const Server& server, const Client& client,
                                          const std::string& redirect_uri, const Pkce& pkce,
                                          const std::string& state, const std::string& scope) {
  const bool offline = base::contains(base::words(scope), "offline_access");
  return {{"response_type", "code"},
          {"client_id", client.id},
          {"redirect_uri", redirect_uri},
          {"scope", scope},
          {"state", state},
          {"resource", server.resource},
          {"code_challenge", pkce.challenge},
          {"code_challenge_method", "S256"},
          {"prompt", offline ? "consent" : ""}};
}

void authenticate(const Client& client, base::FormFields& fields, base::Headers& headers) {
  if (client.secret.empty() || client.authentication == "private_key_jwt") {
    fields.emplace_back("client_id", client.id);
    return;
  }
  if (client.authentication == "client_secret_post") {
    fields.emplace_back("client_id", client.id);
    fields.emplace_back("client_secret", client.secret);
    return;
  }
  const std::string pair =
      base::percent_encode(client.id) + ":" + base::percent_encode(client.secret);
  headers.push_back({"Authorization", "Basic " + base::base64_encode(pair)});
}

TokenAnswer ask_for_token(const Ask& ask, const Server& server, const Client& client,
                          base::FormFields fields, base::Headers headers) {
  authenticate(client, fields, headers);
  std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
  TokenAnswer answer;
  answer.exchange =
      post(ask, server.token_endpoint, kForm, base::encode_form(fields), std::move(headers));
  const json body = object_of(answer.exchange);
  if (!body.is_object()) return answer;
  answer.error = base::text_member(body, "error");
  if (answer.exchange.status() != 200) return answer;
  answer.tokens = {.access_token = base::text_member(body, "access_token"),
                   .refresh_token = base::text_member(body, "refresh_token"),
                   .scope = base::text_member(body, "scope")};
  const auto life = body.find("expires_in");
  if (life != body.end() && life->is_number_integer()) {
    answer.tokens.expires_in = life->get<long long>();
  }
  return answer;
}

jose::Recipe client_assertion(const Client& client, const Server& server, long long now) {
  constexpr std::chrono::minutes kLife{1};
  jose::Recipe recipe;
  recipe.now = now;
  recipe.key = client.key;
  if (client.key) {
    recipe.header.set_string("alg", client.key->alg());
    recipe.header.set_string("kid", client.key->kid());
  }
  recipe.header.set_string("typ", "JWT");
  recipe.claims.set_string("iss", client.id);
  recipe.claims.set_string("sub", client.id);
  // The issuer identifier is what RFC 7523 was narrowed to after it was found that an endpoint's
  // URL can be misused; servers that want the endpoint get it from the caller.
  recipe.claims.set_string("aud", server.issuer);
  recipe.claims.set_number("iat", now);
  recipe.expiring_in(kLife);
  recipe.claims.set_string("jti", base::random_hex(16));
  return recipe;
}

base::FormFields assertion_fields(const std::string& assertion) {
  return {{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
          {"client_assertion", assertion}};
}

std::string TokenAnswer::summary() const {
  if (!exchange.response) return exchange.failure_text;
  if (ok()) return std::to_string(exchange.status()) + " with tokens";
  return std::to_string(exchange.status()) + (error.empty() ? "" : " " + error);
}

base::FormFields code_grant(const std::string& code, const std::string& redirect_uri,
                            const std::string& verifier, const std::string& resource) {
  return {{"grant_type", "authorization_code"},
          {"code", code},
          {"redirect_uri", redirect_uri},
          {"code_verifier", verifier},
          {"resource", resource}};
}

base::FormFields refresh_grant(const std::string& refresh_token, const std::string& resource) {
  return {
      {"grant_type", "refresh_token"}, {"refresh_token", refresh_token}, {"resource", resource}};
}

}  // namespace oauth
