#include "mock-idp/idp/client_certificate.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/tls/certificate_facts.h"
#include "mock-idp/idp/documents.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/jose/key.h"

namespace idp {
namespace {

/// Whether the certificate says what the client registered, character by character.
bool says(const tls::CertificateFacts& facts, const ClientPreferences& registered) {
  const std::string& value = registered.certificate_value;
  const std::string& member = registered.certificate_member;
  if (member == "tls_client_auth_subject_dn") return facts.subject == value;
  if (member == "tls_client_auth_san_dns") return base::contains(facts.dns, value);
  if (member == "tls_client_auth_san_uri") return base::contains(facts.uris, value);
  if (member == "tls_client_auth_san_ip") return base::contains(facts.addresses, value);
  return member == "tls_client_auth_san_email" && base::contains(facts.emails, value);
}

/// Whether the certificate is that of the JWK (`x5c`; RFC 7517, section 4.7), or of its key.
bool belongs_to(const nlohmann::json& jwk, const tls::CertificateFacts& facts,
                const std::string& der) {
  if (!jwk.is_object()) return false;
  const auto chain = jwk.find("x5c");
  if (chain != jwk.end()) {
    const auto certificates = base::texts(*chain);
    return !certificates.empty() && base::base64_decode(certificates.front()) == der;
  }
  const auto key = jose::Key::from_public_jwk(base::dump(jwk));
  return key && key->public_der() == facts.public_key;
}

bool is_of_one(const std::string& key_set, const tls::CertificateFacts& facts,
               const std::string& der) {
  const auto document = base::parse_json(key_set);
  if (!document || !document->is_object()) return false;
  const auto keys = document->find("keys");
  if (keys == document->end() || !keys->is_array()) return false;
  return std::any_of(keys->begin(), keys->end(),
                     [&](const nlohmann::json& jwk) { return belongs_to(jwk, facts, der); });
}

Read<void> check_key(const Call& call, const RegisteredClient& client,
                     const tls::CertificateFacts& facts) {
  const std::string& der = call.request.certificate;
  if (!client.jwks.empty()) {
    if (is_of_one(client.jwks, facts, der)) return {};
    return refuse_client("the certificate is of none of the client's keys");
  }
  // Keys that are new may be missing from what was kept.
  for (const bool fresh : {false, true}) {
    const auto keys = call.provider.documents.get(call, client.jwks_uri, kClientKeys, fresh);
    if (!keys) return refuse_client(keys.error().message);
    if (is_of_one(*keys, facts, der)) return {};
  }
  return refuse_client("the certificate is of none of the client's keys");
}

}  // namespace

Read<void> check_certificate(const Call& call, const RegisteredClient& client) {
  const std::string& der = call.request.certificate;
  if (der.empty()) return refuse_client("the client has to show its certificate");
  const auto facts = tls::read_certificate_facts(der);
  if (!facts) return refuse_client("the certificate: " + facts.error().message);
  if (client.how == ClientAuthentication::self_signed_tls_client_auth) {
    return check_key(call, client, *facts);
  }
  if (!tls::is_signed_by(der, call.provider.ca_certificate)) {
    return refuse_client("the authority of the provider did not sign the certificate");
  }
  if (!says(*facts, client.preferences)) {
    return refuse_client("the certificate does not say what the client registered");
  }
  return {};
}

}  // namespace idp
