#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/redirect_uri.h"

// RFC 7591: anybody may register. What a client asks for and is not to be had is refused by name;
// metadata that means nothing here is ignored, a software statement too (section 2.3).
namespace idp {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDocument = 64UL << 10;
constexpr std::size_t kMaxRedirects = 20;
constexpr std::size_t kMaxName = 200;

tl::unexpected<TokenError> bad_metadata(std::string what) {
  return refuse("invalid_client_metadata", std::move(what));
}

Read<json> read_document(const Call& call) {
  const http::Request& request = call.request;
  const std::string* const type = request.header("Content-Type");
  if (type == nullptr || base::to_lower(*type).rfind("application/json", 0) != 0) {
    return bad_metadata("the content type has to be application/json");
  }
  if (request.body.size() > kMaxDocument && !call.weak(Weakness::register_anything_long)) {
    return bad_metadata("the document is too large");
  }
  auto document = base::parse_json(request.body);
  if (!document) return bad_metadata(document.error().message);
  if (!document->is_object()) return bad_metadata("the document has to be an object");
  return std::move(*document);
}

/// An array of strings, or `fallback` where the member is missing.
Read<std::vector<std::string>> list_of(const json& document, const char* name,
                                       std::vector<std::string> fallback) {
  const auto found = document.find(name);
  if (found == document.end()) return fallback;
  auto list = base::texts(*found);
  if (!found->is_array() || list.size() != found->size()) {
    return bad_metadata(std::string(name) + " has to be an array of strings");
  }
  return list;
}

Read<void> read_redirects(const Call& call, const json& document, RegisteredClient& client) {
  auto uris = list_of(document, "redirect_uris", {});
  if (!uris) return tl::unexpected(uris.error());
  const bool needed = base::contains(client.grant_types, "authorization_code");
  if (needed && uris->empty()) {
    return refuse("invalid_redirect_uri", "redirect_uris has to name at least one");
  }
  if (uris->size() > kMaxRedirects) return refuse("invalid_redirect_uri", "there are too many");
  for (const std::string& uri : *uris) {
    if (call.weak(Weakness::register_any_redirect)) break;
    if (auto good = check_redirect_uri(uri); !good) {
      return refuse("invalid_redirect_uri", "redirect_uris: " + good.error().message);
    }
  }
  client.redirect_uris = std::move(*uris);
  return {};
}

Read<void> read_grant_types(const json& document, RegisteredClient& client) {
  auto types = list_of(document, "grant_types", {"authorization_code"});
  if (!types) return tl::unexpected(types.error());
  for (const std::string& type : *types) {
    const bool known = std::any_of(grants().begin(), grants().end(),
                                   [&](const Grant& grant) { return grant.type == type; });
    if (!known) return bad_metadata("grant_types names one that is not served here");
  }
  client.grant_types = std::move(*types);
  return {};
}

Read<void> read_authentication(const json& document, RegisteredClient& client) {
  const auto how = document.find("token_endpoint_auth_method");
  if (how == document.end()) return {};
  for (const auto method : {ClientAuthentication::none, ClientAuthentication::client_secret_basic,
                            ClientAuthentication::client_secret_post}) {
    if (*how != to_string(method)) continue;
    client.how = method;
    return {};
  }
  return bad_metadata("token_endpoint_auth_method is none that is known here");
}

/// What an unknown party signed, or did not: nobody looks.
json unverified_claims(const json& document) {
  const auto segments = base::split(base::text_member(document, "software_statement"), '.');
  const auto text = segments.size() == 3 ? base::base64url_decode(segments[1]) : std::nullopt;
  auto claims = text ? base::parse_json(*text) : base::fail("there is none");
  return claims && claims->is_object() ? std::move(*claims) : json::object();
}

Read<RegisteredClient> read_client(const Call& call, const json& document) {
  RegisteredClient client;
  if (auto types = read_grant_types(document, client); !types) return tl::unexpected(types.error());
  if (auto how = read_authentication(document, client); !how) return tl::unexpected(how.error());
  if (auto uris = read_redirects(call, document, client); !uris)
    return tl::unexpected(uris.error());
  const auto responses = list_of(document, "response_types", {"code"});
  if (!responses) return tl::unexpected(responses.error());
  if (std::any_of(responses->begin(), responses->end(),
                  [](const std::string& type) { return type != "code"; })) {
    return bad_metadata("response_types has to be code");
  }
  const bool two_key_sets = document.contains("jwks") && document.contains("jwks_uri");
  if (two_key_sets && !call.weak(Weakness::register_two_key_sets)) {
    return bad_metadata("there are both jwks and jwks_uri");
  }
  client.name = base::text_member(document, "client_name").substr(0, kMaxName);
  return client;
}

json describe(const RegisteredClient& client, long long now) {
  json document = {{"client_id", client.id},
                   {"client_id_issued_at", now},
                   {"redirect_uris", client.redirect_uris},
                   {"grant_types", client.grant_types},
                   {"response_types", {"code"}},
                   {"token_endpoint_auth_method", to_string(client.how)}};
  if (!client.name.empty()) document["client_name"] = client.name;
  if (!client.secret.empty()) {
    document["client_secret"] = client.secret;
    document["client_secret_expires_at"] = 0;
  }
  return document;
}

}  // namespace

http::Response register_client(const Call& call) {
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  auto document = read_document(call);
  if (!document) return refused(document.error());
  if (call.weak(Weakness::software_statement_trusted)) {
    document->update(unverified_claims(*document));
  }
  auto client = read_client(call, *document);
  if (!client) return refused(client.error());
  client->id = "client-" + base::random_hex(8);
  if (client->how != ClientAuthentication::none) client->secret = base::random_hex(24);
  call.provider.clients.add(call.issuer->name(), *client);
  return not_stored(http::Response::json(
      201, base::dump(describe(*client, call.provider.clock.epoch_seconds()))));
}

}  // namespace idp
