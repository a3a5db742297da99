#include "mock-idp/idp/oauth_form.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/compact_jws.h"

namespace idp {
namespace {

constexpr std::string_view kUnavailable = "temporarily_unavailable";

/// HTTP Basic with both halves form-encoded (RFC 6749, section 2.3.1).
Read<Client> read_basic(std::string_view value) {
  const std::size_t blank = value.find(' ');
  if (!base::equal_ignoring_case(value.substr(0, blank), "Basic") ||
      blank == std::string_view::npos) {
    return refuse_client("the authorization scheme has to be Basic");
  }
  const auto pair = base::base64_decode(base::trim(value.substr(blank)));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return refuse_client("the Basic credentials cannot be read");
  auto id = base::percent_decode(pair->substr(0, colon), true);
  auto secret = base::percent_decode(pair->substr(colon + 1), true);
  if (!id || !secret) return refuse_client("the Basic credentials are not form-encoded");
  return Client{.id = std::move(*id),
                .secret = std::move(*secret),
                .how = ClientAuthentication::client_secret_basic};
}

/// Who an assertion is of, unproven: `client_id` is not needed then (RFC 7521, section 4.2).
Read<Client> read_assertion(const base::FormFields& fields, Client client) {
  constexpr std::string_view kType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  client.assertion = base::form_value(fields, "client_assertion");
  client.how = ClientAuthentication::private_key_jwt;
  if (base::form_value(fields, "client_assertion_type") != kType) {
    return refuse_client("client_assertion_type has to be jwt-bearer");
  }
  const auto jws = read_compact_jws(client.assertion);
  if (!jws) return refuse_client("client_assertion: " + jws.error().message);
  const std::string subject = jws->claim("sub");
  if (!client.id.empty() && client.id != subject) {
    return refuse_client("client_id is not the subject of client_assertion");
  }
  client.id = subject;
  if (client.id.empty()) return refuse_client("client_assertion has no subject");
  return client;
}

bool may_be_repeated(std::string_view name) { return name == "resource" || name == "audience"; }

}  // namespace

std::string_view to_string(ClientAuthentication how) {
  switch (how) {
    case ClientAuthentication::private_key_jwt:
      return "private_key_jwt";
    case ClientAuthentication::client_secret_basic:
      return "client_secret_basic";
    case ClientAuthentication::client_secret_post:
      return "client_secret_post";
    case ClientAuthentication::tls_client_auth:
      return "tls_client_auth";
    case ClientAuthentication::self_signed_tls_client_auth:
      return "self_signed_tls_client_auth";
    case ClientAuthentication::none:
      break;
  }
  return "none";
}

std::span<const ClientAuthentication> client_authentications() {
  using enum ClientAuthentication;
  static constexpr ClientAuthentication kAll[] = {client_secret_basic, client_secret_post,
                                                  private_key_jwt, none};
  return kAll;
}

std::span<const ClientAuthentication> certificate_authentications() {
  using enum ClientAuthentication;
  static constexpr ClientAuthentication kAll[] = {tls_client_auth, self_signed_tls_client_auth};
  return kAll;
}

bool is_by_certificate(ClientAuthentication how) {
  return how == ClientAuthentication::tls_client_auth ||
         how == ClientAuthentication::self_signed_tls_client_auth;
}

std::optional<ClientAuthentication> client_authentication_from(std::string_view name) {
  for (const auto ways : {client_authentications(), certificate_authentications()}) {
    for (const ClientAuthentication how : ways) {
      if (to_string(how) == name) return how;
    }
  }
  return std::nullopt;
}

tl::unexpected<TokenError> refuse(std::string code, std::string description) {
  return tl::unexpected(TokenError{std::move(code), std::move(description)});
}

tl::unexpected<TokenError> refuse_unsigned(const base::Error& error) {
  return refuse(std::string(kUnavailable), error.message);
}

tl::unexpected<TokenError> refuse_client(std::string description) {
  return tl::unexpected(TokenError{"invalid_client", std::move(description), true});
}

Read<base::FormFields> without_repetition(base::FormFields fields) {
  std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
  std::set<std::string_view> seen;
  for (const auto& [name, value] : fields) {
    if (!may_be_repeated(name) && !seen.insert(name).second) {
      return refuse("invalid_request", "the parameter " + name + " is there twice");
    }
  }
  return fields;
}

Read<base::FormFields> read_form(const http::Request& request) {
  const std::string* const type = request.header("Content-Type");
  const std::string_view media = type == nullptr ? std::string_view() : std::string_view(*type);
  if (!base::equal_ignoring_case(base::trim(media.substr(0, media.find(';'))),
                                 "application/x-www-form-urlencoded")) {
    return refuse("invalid_request",
                  "the content type has to be application/x-www-form-urlencoded");
  }
  return without_repetition(base::parse_form(request.body));
}

Read<Client> read_client(const http::Request& request, const base::FormFields& fields,
                         bool two_ways) {
  const std::vector<std::string> headers = base::all_headers(request.headers, "Authorization");
  Client client{.id = base::form_value(fields, "client_id"),
                .secret = base::form_value(fields, "client_secret")};
  const bool asserted = !base::form_value(fields, "client_assertion").empty();
  if (headers.size() > 1) return refuse("invalid_request", "there are two Authorization fields");
  if (asserted && !two_ways && (!headers.empty() || !client.secret.empty())) {
    return refuse("invalid_request", "the client authenticates in two ways");
  }
  if (!headers.empty()) {
    auto basic = read_basic(headers.front());
    if (!basic) return basic;
    if (!client.secret.empty() && !two_ways) {
      return refuse("invalid_request", "the client authenticates in two ways");
    }
    if (!client.id.empty() && client.id != basic->id) {
      return refuse("invalid_request", "client_id is not the client that authenticates");
    }
    client = std::move(*basic);
  } else if (asserted && client.secret.empty()) {
    return read_assertion(fields, std::move(client));
  } else if (!client.secret.empty()) {
    client.how = ClientAuthentication::client_secret_post;
  }
  if (client.id.empty()) return refuse_client("client authentication is missing");
  return client;
}

http::Response not_stored(http::Response response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response refused(const TokenError& error) {
  const int status = error.challenge ? 401 : error.code == kUnavailable ? 503 : 400;
  http::Response response = http::Response::json(
      status, fmt::format(R"({{"error":{},"error_description":{}}})", base::json_string(error.code),
                          base::json_string(error.description)));
  if (error.challenge) {
    response.headers.push_back({"WWW-Authenticate", "Basic realm=\"mcp-authspec\""});
  }
  return not_stored(std::move(response));
}

}  // namespace idp
