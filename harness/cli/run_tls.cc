#include "harness/cli/run_tls.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "common/base/file.h"
#include "common/tls/acceptor.h"

namespace cli {
namespace {

base::Result<std::string> read(const char* option, const std::string& path) {
  auto text = base::read_file(path);
  if (!text) return base::fail(fmt::format("{}: {}", option, text.error().message));
  return text;
}

}  // namespace

void add_tls_flags(CLI::App& command, TlsFlags& flags) {
  const auto group = "Servers over https";
  command
      .add_option("--ca-file", flags.ca_file,
                  "PEM file of who signed the server's certificate, instead of the system's list")
      ->type_name("FILE")
      ->group(group);
  command.add_flag("--insecure", flags.insecure, "take whatever certificate the server has")
      ->group(group);
  command
      .add_option("--client-cert", flags.client_certificate,
                  "PEM file of the certificate to show to a server that asks for one")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--client-key", flags.client_key, "PEM file of its private key")
      ->type_name("FILE")
      ->group(group);
}

base::Result<tls::Options> tls_options(const TlsFlags& flags) {
  tls::Options options{.verify = !flags.insecure};
  if (!flags.ca_file.empty()) {
    auto text = read("--ca-file", flags.ca_file);
    if (!text) return tl::unexpected(text.error());
    if (tls::certificate_der(*text).empty()) {
      return base::fail(fmt::format("--ca-file: {}: not a PEM certificate", flags.ca_file));
    }
    options.ca = std::move(*text);
  }
  if (flags.client_certificate.empty() != flags.client_key.empty()) {
    return base::fail("--client-cert and --client-key belong together");
  }
  if (flags.client_certificate.empty()) return options;
  auto certificate = read("--client-cert", flags.client_certificate);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = read("--client-key", flags.client_key);
  if (!key) return tl::unexpected(key.error());
  options.certificate = {.certificate = std::move(*certificate), .key = std::move(*key)};
  // What the server's side of OpenSSL takes, the client's takes as well.
  if (auto tried = tls::Acceptor::create({.identity = options.certificate}); !tried) {
    return base::fail(fmt::format("--client-cert: {}", tried.error().message));
  }
  return options;
}

}  // namespace cli
