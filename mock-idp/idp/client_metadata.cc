#include "mock-idp/idp/client_metadata.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/documents.h"
#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/redirect_uri.h"
#include "mock-idp/jose/key.h"

namespace idp {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxRedirects = 20;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxText = 2'000;

/// Told again as they came, where they are what they have to be.
constexpr const char* kTexts[] = {"client_name", "scope", "software_id", "software_version",
                                  "application_type"};
constexpr const char* kUris[] = {"client_uri", "logo_uri", "tos_uri", "policy_uri"};

tl::unexpected<TokenError> bad_metadata(std::string what) {
  return refuse("invalid_client_metadata", std::move(what));
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

Read<std::vector<std::string>> read_uris(const Call& call, const json& document, const char* name) {
  auto uris = list_of(document, name, {});
  if (!uris) return uris;
  if (uris->size() > kMaxRedirects) {
    return refuse("invalid_redirect_uri", std::string(name) + ": there are too many");
  }
  for (const std::string& uri : *uris) {
    if (call.weak(Weakness::register_any_redirect)) break;
    if (call.weak(Weakness::register_loopback_only) && !is_loopback_redirect(uri)) {
      return refuse("invalid_redirect_uri", std::string(name) + ": it has to be on this machine");
    }
    if (auto good = check_redirect_uri(uri); !good) {
      return refuse("invalid_redirect_uri", std::string(name) + ": " + good.error().message);
    }
  }
  return uris;
}

Read<void> read_redirects(const Call& call, const json& document, RegisteredClient& client) {
  auto redirects = read_uris(call, document, "redirect_uris");
  if (!redirects) return tl::unexpected(redirects.error());
  if (base::contains(client.grant_types, "authorization_code") && redirects->empty()) {
    return refuse("invalid_redirect_uri", "redirect_uris has to name at least one");
  }
  auto after_logout = read_uris(call, document, "post_logout_redirect_uris");
  if (!after_logout) return tl::unexpected(after_logout.error());
  client.redirect_uris = std::move(*redirects);
  client.post_logout_redirect_uris = std::move(*after_logout);
  return {};
}

Read<void> read_types(const json& document, RegisteredClient& client) {
  auto types = list_of(document, "grant_types", {"authorization_code"});
  if (!types) return tl::unexpected(types.error());
  for (const std::string& type : *types) {
    const bool known = std::any_of(grants().begin(), grants().end(),
                                   [&](const Grant& grant) { return grant.type == type; });
    if (!known) return bad_metadata("grant_types names one that is not served here");
  }
  client.grant_types = std::move(*types);
  const auto responses = list_of(document, "response_types", {"code"});
  if (!responses) return tl::unexpected(responses.error());
  if (std::any_of(responses->begin(), responses->end(),
                  [](const std::string& type) { return type != "code"; })) {
    return bad_metadata("response_types has to be code");
  }
  return {};
}

/// Keys are public ones, and those that are to prove something can be used.
Read<void> read_keys(const Call& call, const json& document, RegisteredClient& client) {
  const auto jwks = document.find("jwks");
  client.jwks_uri = base::text_member(document, "jwks_uri");
  const bool both = jwks != document.end() && document.contains("jwks_uri");
  if (both && !call.weak(Weakness::register_two_key_sets)) {
    return bad_metadata("there are both jwks and jwks_uri");
  }
  if (document.contains("jwks_uri")) {
    const auto good = check_document_url(client.jwks_uri);
    if (!good) return bad_metadata("jwks_uri: " + good.error().message);
  }
  if (jwks == document.end()) return {};
  const auto keys = jwks->find("keys");
  if (!jwks->is_object() || keys == jwks->end() || !keys->is_array()) {
    return bad_metadata("jwks has to be an object with an array of keys");
  }
  for (const json& key : *keys) {
    if (!key.is_object()) return bad_metadata("jwks: a key has to be an object");
    if (key.contains("d") || key.contains("k")) {
      return bad_metadata("jwks: a key is not public");
    }
  }
  client.jwks = base::dump(*jwks);
  return {};
}

Read<void> read_authentication(const json& document, RegisteredClient& client) {
  const auto how = document.find("token_endpoint_auth_method");
  if (how != document.end()) {
    const auto method =
        how->is_string() ? client_authentication_from(how->get<std::string>()) : std::nullopt;
    if (!method) return bad_metadata("token_endpoint_auth_method is none that is known here");
    client.how = *method;
  }
  client.signing_alg = base::text_member(document, "token_endpoint_auth_signing_alg");
  const auto& known = jose::signing_algorithms();
  if (!client.signing_alg.empty() && !base::contains(known, client.signing_alg)) {
    return bad_metadata("token_endpoint_auth_signing_alg is none that is known here");
  }
  const bool by_key = client.how == ClientAuthentication::private_key_jwt;
  const bool by_own_certificate = client.how == ClientAuthentication::self_signed_tls_client_auth;
  if ((by_key || by_own_certificate) && client.jwks.empty() && client.jwks_uri.empty()) {
    return bad_metadata(std::string(to_string(client.how)) + " takes jwks or jwks_uri");
  }
  return {};
}

Read<json> read_told_again(const Call& call, const json& document) {
  json told = json::object();
  for (const char* name : kTexts) {
    const auto found = document.find(name);
    if (found == document.end()) continue;
    if (!found->is_string()) return bad_metadata(std::string(name) + " has to be a string");
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > kMaxText && !call.weak(Weakness::register_anything_long)) {
      return bad_metadata(std::string(name) + " is too long");
    }
    told[name] = text.substr(0, kMaxText);
  }
  for (const char* name : kUris) {
    const auto found = document.find(name);
    if (found == document.end()) continue;
    if (!found->is_string() || !base::parse_url(found->get<std::string>())) {
      return bad_metadata(std::string(name) + " has to be an http or https URL");
    }
    told[name] = *found;
  }
  auto contacts = list_of(document, "contacts", {});
  if (!contacts) return tl::unexpected(contacts.error());
  if (!contacts->empty()) told["contacts"] = *contacts;
  // Once it counts it has to be told again (RFC 7591, section 3.2.1).
  const auto statement = document.find("software_statement");
  if (statement != document.end() && call.weak(Weakness::software_statement_trusted)) {
    told["software_statement"] = *statement;
  }
  return told;
}

/// What an unknown party signed, or did not: nobody looks.
json unverified_claims(const json& document) {
  const auto segments = base::split(base::text_member(document, "software_statement"), '.');
  const auto text = segments.size() == 3 ? base::base64url_decode(segments[1]) : std::nullopt;
  auto claims = text ? base::parse_json(*text) : base::fail("there is none");
  return claims && claims->is_object() ? std::move(*claims) : json::object();
}

Read<RegisteredClient> read_members(const Call& call, const json& document) {
  RegisteredClient client;
  if (auto types = read_types(document, client); !types) return tl::unexpected(types.error());
  if (auto uris = read_redirects(call, document, client); !uris) {
    return tl::unexpected(uris.error());
  }
  if (auto keys = read_keys(call, document, client); !keys) return tl::unexpected(keys.error());
  if (auto how = read_authentication(document, client); !how) return tl::unexpected(how.error());
  auto preferences = read_client_preferences(call, document, client.how);
  if (!preferences) return tl::unexpected(preferences.error());
  client.preferences = std::move(*preferences);
  auto told = read_told_again(call, document);
  if (!told) return tl::unexpected(told.error());
  const auto pushed = document.find("require_pushed_authorization_requests");
  if (pushed != document.end() && !pushed->is_boolean()) {
    return bad_metadata("require_pushed_authorization_requests has to be true or false");
  }
  client.pushed_only = pushed != document.end() && pushed->get<bool>();
  client.name = base::text_member(document, "client_name").substr(0, kMaxName);
  client.metadata = base::dump(*told);
  return client;
}

}  // namespace

Read<RegisteredClient> read_client_metadata(const Call& call, const json& document) {
  if (!call.weak(Weakness::software_statement_trusted)) return read_members(call, document);
  json all = document;
  all.update(unverified_claims(document));
  return read_members(call, all);
}

Read<json> read_metadata_body(const Call& call) {
  constexpr std::size_t kMaxDocument = 64UL << 10;
  const std::string* const type = call.request.header("Content-Type");
  if (type == nullptr || base::to_lower(*type).rfind("application/json", 0) != 0) {
    return bad_metadata("the content type has to be application/json");
  }
  const bool any_size = call.weak(Weakness::register_anything_long);
  if (call.request.body.size() > kMaxDocument && !any_size) {
    return bad_metadata("the document is too large");
  }
  auto document = base::parse_json(call.request.body);
  if (!document) return bad_metadata(document.error().message);
  if (!document->is_object()) return bad_metadata("the document has to be an object");
  return std::move(*document);
}

}  // namespace idp
