// What the set-up finds out about TLS, and about how tokens have to be bound.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/set_up.h"

namespace check {
namespace {

using nlohmann::json;

constexpr const char* kDpopRequired = "dpop_bound_access_tokens_required";
constexpr const char* kCertificates = "tls_client_certificate_bound_access_tokens";

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
  const bool demanded = is_true(metadata, kDpopRequired);
  const bool certificates = is_true(metadata, kCertificates);
  if (demanded) binding.claims.push_back(fmt::format("{}: true", kDpopRequired));
  if (certificates) binding.claims.push_back(fmt::format("{}: true", kCertificates));
  if (demanded || (!algorithms.empty() && binding.use_algorithm(algorithms))) {
    binding.offered = true;
    binding.dpop = demanded;
  }
  const std::string& certificate = context_.options_.certificates.client.certificate;
  if (!certificates || certificate.empty()) return;
  binding.client_certificate = tls::certificate_der(certificate);
  // Plain http carries no certificate, so a token that is bound to one cannot be the control.
  binding.mtls = context_.target_.url.scheme == "https";
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

base::Result<void> SetUp::find_control() {
  auto found = find_control_as_bound();
  Binding& binding = context_.binding_;
  if (found || !transport_problem_.empty()) return found;
  if (binding.bound()) {
    const bool dpop = std::exchange(binding.dpop, false);
    const bool mtls = std::exchange(binding.mtls, false);
    unreadable_.clear();
    if (find_control_as_bound()) return {};
    binding.dpop = dpop;
    binding.mtls = mtls;
  }
  if (binding.claims.empty() || !transport_problem_.empty()) return found;
  return base::fail(
      fmt::format("{}; its metadata has {}, so a binding of the token may be what it misses: {}",
                  found.error().message, base::join(binding.claims, " and "),
                  binding.bound() ? "neither bound nor unbound tokens were accepted"
                                  : "over http no client certificate can be shown"));
}

void SetUp::verify_dpop_offer() {
  Binding& binding = context_.binding_;
  if (!binding.offered || binding.dpop || !context_.calibration_.accepted) return;
  jose::Recipe token = context_.control("alice");
  binding.bind_to_key(token);
  const Credential credential =
      authorization(fmt::format("DPoP {}", context_.mint(token).value_or("")));
  const mcp::Greeting greeting = context_.target_.greeting;
  const mcp::Answer last = last_;
  const bool accepted = try_control(credential, "the same, bound to a key");
  binding.dpop_rejected = !accepted && last_.status() == 401;
  binding.offered = !binding.dpop_rejected;
  context_.target_.greeting = greeting;
  last_ = last;
  transport_problem_.clear();
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
