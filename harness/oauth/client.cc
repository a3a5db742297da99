#include "harness/oauth/client.h"

#include <fmt/core.h>

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/random.h"
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

wire::Exchange send_registration(const Ask& ask, const Server& server,
                                 const Registration& registration) {
  const json document = {{"client_name", registration.name},
                         {"redirect_uris", registration.redirect_uris},
                         {"grant_types", {"authorization_code", "refresh_token"}},
                         {"response_types", {"code"}},
                         {"token_endpoint_auth_method", registration.authentication}};
  return post(ask, server.registration_endpoint, "application/json", base::dump(document));
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
  return {{"response_type", "code"},
          {"client_id", client.id},
          {"redirect_uri", redirect_uri},
          {"scope", scope},
          {"state", state},
          {"resource", server.resource},
          {"code_challenge", pkce.challenge},
          {"code_challenge_method", "S256"}};
}

void authenticate(const Client& client, base::FormFields& fields, base::Headers& headers) {
  if (client.secret.empty()) {
    fields.emplace_back("client_id", client.id);
    return;
  }
  const std::string pair =
      base::percent_encode(client.id) + ":" + base::percent_encode(client.secret);
  headers.push_back({"Authorization", "Basic " + base::base64_encode(pair)});
}

TokenAnswer ask_for_token(const Ask& ask, const Server& server, const Client& client,
                          base::FormFields fields) {
  base::Headers headers;
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
