#include "mock-idp/idp/client_preferences.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

constexpr const char* kIdTokenAlg = "id_token_signed_response_alg";
constexpr const char* kDpopBound = "dpop_bound_access_tokens";
constexpr const char* kCertificateBound = "tls_client_certificate_bound_access_tokens";

/// RFC 8705, section 2.1.2.
constexpr const char* kCertificateMembers[] = {
    "tls_client_auth_subject_dn", "tls_client_auth_san_dns", "tls_client_auth_san_uri",
    "tls_client_auth_san_ip", "tls_client_auth_san_email"};

tl::unexpected<TokenError> bad_preference(const std::string& what) {
  return refuse("invalid_client_metadata", what);
}

Read<bool> read_flag(const nlohmann::json& document, const char* name) {
  const auto found = document.find(name);
  if (found == document.end()) return false;
  if (!found->is_boolean()) return bad_preference(std::string(name) + " has to be true or false");
  return found->get<bool>();
}

Read<void> read_certificate_member(const nlohmann::json& document, ClientPreferences& preferences) {
  for (const char* const name : kCertificateMembers) {
    if (!document.contains(name)) continue;
    if (!preferences.certificate_member.empty()) {
      return bad_preference(std::string(name) + " is one too many: one member tells the client");
    }
    preferences.certificate_member = name;
    preferences.certificate_value = base::text_member(document, name);
    if (preferences.certificate_value.empty()) {
      return bad_preference(std::string(name) + " has to be a string");
    }
  }
  if (preferences.certificate_member.empty()) {
    return bad_preference("tls_client_auth takes tls_client_auth_subject_dn or its like");
  }
  return {};
}

}  // namespace

Read<ClientPreferences> read_client_preferences(const Call& call, const nlohmann::json& document,
                                                ClientAuthentication how) {
  ClientPreferences preferences;
  const auto alg = document.find(kIdTokenAlg);
  preferences.id_token_alg = base::text_member(document, kIdTokenAlg);
  const bool known = base::contains(jose::signing_algorithms(), preferences.id_token_alg);
  if (alg != document.end() && !known) {
    return bad_preference(std::string(kIdTokenAlg) + " is none that is known here");
  }
  const auto dpop = read_flag(document, kDpopBound);
  if (!dpop) return tl::unexpected(dpop.error());
  const auto bound = read_flag(document, kCertificateBound);
  if (!bound) return tl::unexpected(bound.error());
  preferences.dpop = *dpop;
  preferences.bound_by_certificate = *bound;
  const bool shows = is_by_certificate(how) || *bound;
  if (shows && !call.request.encrypted) {
    return bad_preference("clients show certificates over https only");
  }
  if (how != ClientAuthentication::tls_client_auth) return preferences;
  if (auto member = read_certificate_member(document, preferences); !member) {
    return tl::unexpected(member.error());
  }
  return preferences;
}

nlohmann::json preferences_json(const ClientPreferences& preferences) {
  nlohmann::json document = nlohmann::json::object();
  if (!preferences.id_token_alg.empty()) document[kIdTokenAlg] = preferences.id_token_alg;
  if (preferences.dpop) document[kDpopBound] = true;
  if (preferences.bound_by_certificate) document[kCertificateBound] = true;
  if (!preferences.certificate_member.empty()) {
    document[preferences.certificate_member] = preferences.certificate_value;
  }
  return document;
}

}  // namespace idp
