// What the set-up finds out about TLS, and about how tokens have to be bound.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/set_up.h"

namespace check {
namespace {

using nlohmann::json;

bool is_true(const json& metadata, const char* name) {
  const auto member = metadata.find(name);
  return member != metadata.end() && member->is_boolean() && member->get<bool>();
}

}  // namespace

void SetUp::look_at_certificate() {
  Target& target = context_.target_;
  wire::TlsOptions tls = context_.tls_options();
  if (!tls.verify) return;
  const auto verified = tls::Connector(target.url, tls).open(context_.request_deadline());
  if (verified.stream || verified.failure != tls::OpenFailure::tls) return;
  // A secret of the user's goes only to whom the user trusts.
  if (context_.options_.supplied.given() || !target.profile.headers.empty()) return;
  tls.verify = false;
  if (!tls::Connector(target.url, tls).open(context_.request_deadline()).stream) return;
  target.certificate_problem = verified.text;
  connection_ = context_.connect();
}

void SetUp::learn_bindings(const json& metadata) {
  Binding& binding = context_.binding_;
  const auto algorithms =
      base::texts(metadata.value("dpop_signing_alg_values_supported", json::array()));
  const bool demanded = is_true(metadata, "dpop_bound_access_tokens_required");
  if (demanded || (!algorithms.empty() && binding.use_algorithm(algorithms))) {
    binding.offered = true;
    binding.dpop = demanded;
  }
  const std::string& certificate = context_.options_.certificates.client.certificate;
  if (is_true(metadata, "tls_client_certificate_bound_access_tokens") && !certificate.empty()) {
    binding.client_certificate = tls::certificate_der(certificate);
    binding.mtls = true;
  }
}

void SetUp::learn_bindings_from_challenge() {
  Binding& binding = context_.binding_;
  const auto framing = context_.target_.framing();
  const auto answer = send(mcp::frame(framing, mcp::Operation::list_tools(), "0"), "0", {});
  transport_problem_.clear();
  note_shown_scopes(answer);
  const mcp::Challenge* challenge = answer.challenge("DPoP");
  if (challenge == nullptr) return;
  binding.offered = true;
  if (answer.challenge("Bearer") == nullptr) binding.dpop = true;
  const std::string* algorithms = challenge->parameter("algs");
  if (algorithms != nullptr) binding.use_algorithm(base::words(*algorithms));
}

void SetUp::note_bindings() {
  Target& target = context_.target_;
  const Binding& binding = context_.binding_;
  if (target.url.scheme == "https") target.settings.emplace_back("tls");
  if (binding.mtls) target.settings.emplace_back("mtls");
  if (!binding.offered) return;
  target.settings.emplace_back("dpop");
  if (!binding.nonce().empty()) target.settings.emplace_back("dpop-nonce");
}

}  // namespace check
