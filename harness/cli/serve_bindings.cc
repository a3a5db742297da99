#include "harness/cli/serve_bindings.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "fixtures/reference-server/reference_server.h"

namespace cli {
namespace {

using reference_server::Config;

struct Chosen {
  bool dpop = false;
  bool dpop_nonce = false;
  bool mtls = false;
  bool https = false;
  std::string certificate;
  std::string key;
  std::string client_ca;
};

void apply(const Chosen& chosen, Config& config) {
  if (chosen.dpop || chosen.dpop_nonce) config.dpop = "required";
  if (chosen.dpop_nonce) config.dpop_nonce = "required";
  if (chosen.mtls) config.mtls = "required";
  if (chosen.https) config.https = "on";
  if (!chosen.certificate.empty()) config.tls_certificate = chosen.certificate;
  if (!chosen.key.empty()) config.tls_key = chosen.key;
  if (!chosen.client_ca.empty()) config.tls_client_ca = chosen.client_ca;
}

}  // namespace

std::function<void(Config&)> add_binding_options(CLI::App& command) {
  const auto chosen = std::make_shared<Chosen>();
  command.add_flag("--dpop", chosen->dpop, "demand tokens that are bound to a key [$DPOP]");
  command.add_flag("--dpop-nonce", chosen->dpop_nonce,
                   "the same, and nonces of this server in each proof [$DPOP_NONCE]");
  command.add_flag("--mtls", chosen->mtls,
                   "demand tokens that are bound to a client certificate, over https [$MTLS]");
  command.add_flag("--https", chosen->https, "speak https [$HTTPS]");
  command
      .add_option("--tls-cert", chosen->certificate,
                  "PEM file of the certificate [$TLS_CERT, else one is made]")
      ->type_name("FILE");
  command.add_option("--tls-key", chosen->key, "PEM file of its key [$TLS_KEY]")->type_name("FILE");
  command
      .add_option("--client-ca", chosen->client_ca,
                  "PEM file of who signs clients' certificates [$TLS_CLIENT_CA, else anybody]")
      ->type_name("FILE");
  return [chosen](Config& config) { apply(*chosen, config); };
}

}  // namespace cli
