// What the metadata says of tokens that are bound to a key or a certificate, and what the server
// does with such a token.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/url.h"
#include "harness/check/case.h"
#include "suites/discovery/metadata.h"

namespace {

using check::Attempt;
using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;
using nlohmann::json;

constexpr const char* kDpopRequired = "dpop_bound_access_tokens_required";
constexpr const char* kDpopAlgorithms = "dpop_signing_alg_values_supported";
constexpr const char* kCertificates = "tls_client_certificate_bound_access_tokens";

bool says_yes(const json& metadata, const char* name) {
  const auto found = metadata.find(name);
  return found != metadata.end() && found->is_boolean() && found->get<bool>();
}

bool names_algorithms(const json& metadata) {
  const auto found = metadata.find(kDpopAlgorithms);
  return found != metadata.end() && found->is_array() && !found->empty();
}

/// Sends the valid token, bound as the metadata says; the unbound one is the control.
Finding compare(Probe& probe, const Attempt& bound, const std::string& claim,
                const std::string& reason) {
  if (!probe.control_accepted()) {
    return Finding::undecided("the unbound token, which was accepted before, is rejected now");
  }
  const mcp::Answer answer = probe.send(bound);
  probe.decisive(answer.exchange, true);
  if (answer.kind == mcp::Kind::result) {
    return Finding::undecided("the bound token, which was rejected before, is accepted now");
  }
  return Finding::broken(fmt::format("tokens that are bound as {} says are accepted", claim),
                         fmt::format("bound token: {}; unbound token: accepted", answer.summary()),
                         reason);
}

Finding about_dpop(Probe& probe, const json& metadata) {
  const bool required = says_yes(metadata, kDpopRequired);
  jose::Recipe token = probe.good();
  probe.context().binding().bind_to_key(token);
  const Attempt bound{.credential = check::authorization("DPoP " + probe.mint(token)),
                      .own_session = true};
  return compare(probe, bound, required ? kDpopRequired : kDpopAlgorithms,
                 required ? "the metadata says that only tokens bound to a key are accepted, but "
                            "one that is bound, with a valid proof, is rejected and a plain "
                            "bearer token is accepted"
                          : "the metadata offers DPoP, but a token that is bound to a key, with a "
                            "valid proof, is rejected");
}

Finding about_certificates(Probe& probe, const json& metadata) {
  const check::Binding& binding = probe.context().binding();
  if (binding.client_certificate.empty()) {
    return Finding::skipped("there is no client certificate to bind a token to (--client-cert)");
  }
  const bool secure = probe.target().url.scheme == "https";
  const auto resource = base::parse_url(base::text_member(metadata, "resource"));
  if (!secure && resource && resource->scheme == "https") {
    return Finding::skipped("the metadata is about an https URL, and this one is http");
  }
  jose::Recipe token = probe.good();
  binding.bind_to_certificate(token);
  const Attempt bound{.credential = probe.carry(probe.mint(token)), .own_session = true};
  if (!secure && probe.send(bound).kind == mcp::Kind::result) {
    return Finding::broken(
        "a token that is bound to a certificate is rejected without it",
        "bound token without its certificate: accepted",
        "over http no certificate can be shown, so what the token is bound to was not checked");
  }
  return compare(probe, bound, kCertificates,
                 secure ? "the metadata says that tokens bound to a certificate are supported, but "
                          "one that is bound to the certificate of the connection is rejected"
                        : "the metadata says that tokens bound to a certificate are supported, but "
                          "over http no certificate can be shown: a client that binds its tokens "
                          "as the metadata says is rejected");
}

Finding binds_as_it_says(Probe& probe, const json& metadata, const suites::Location&) {
  const check::Binding& binding = probe.context().binding();
  const bool dpop = says_yes(metadata, kDpopRequired) || names_algorithms(metadata);
  const bool certificates = says_yes(metadata, kCertificates);
  if (dpop && binding.dpop_rejected) return about_dpop(probe, metadata);
  if (certificates && !binding.mtls) return about_certificates(probe, metadata);
  return Finding::met(dpop || certificates ? "bound tokens are accepted as the metadata says"
                                           : "the metadata speaks of no binding");
}

const check::Suite binding_cases{
    "discovery",
    check::modes::metadata(),
    {
        {.id = "prm-binding-contradiction",
         .title = "Accepts bound tokens as its metadata says",
         .sends = "GET of the protected resource metadata; where it speaks of DPoP or of "
                  "certificate-bound tokens and the control is not bound so: the valid token, "
                  "bound as the metadata says.",
         .level = Level::bcp,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "2"}, {"RFC 9449", "7.1"}, {"RFC 8705", "3"}},
         .requirements = {"REF-60", "REF-62"},
         .needs = {.modes = {check::Mode::oauth, check::Mode::introspection},
                   .since = Revision::r2025_06_18,
                   .issuer = true},
         .faults = {"metadata.dpop-claimed", "metadata.dpop-required-claimed",
                    "metadata.certificates-claimed", "metadata.certificates-unchecked"},
         .why = "A client that follows the metadata binds its tokens and is rejected, while the "
                "operator believes that stolen tokens are useless here.",
         .fix = "Declare only the bindings that the server checks. In Spring Security, set "
                "`tlsClientCertificateBoundAccessTokens(false)` in "
                "`protectedResourceMetadataCustomizer` unless clients connect with certificates.",
         .run = suites::about_metadata(binds_as_it_says)},
    }};

}  // namespace
