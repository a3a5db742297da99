#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "harness/cli/command.h"
#include "harness/cli/stop_signals.h"
#include "harness/cli/support.h"
#include "mock-idp/idp/configuration.h"
#include "mock-idp/idp/mock_idp.h"

namespace cli {
namespace {

constexpr std::uint16_t kPort = 9400;

/// What the flags say; what they do not say is up to the configuration.
struct IdpOptions {
  std::optional<std::uint16_t> port;
  std::string host;
  std::string origin;
  std::vector<std::string> issuers;
  std::vector<std::string> algorithms;
  std::vector<std::string> names;
  std::string profile;
  std::string persona;
  std::string keys;
  std::string ca_out;
  std::string config;
  bool https = false;
  bool config_schema = false;
};

/// What is wrong with the call, or nothing.
std::string problem_of(const IdpOptions& options) {
  const auto& known = jose::signing_algorithms();
  for (const std::string& alg : options.algorithms) {
    if (!base::contains(known, alg)) {
      return fmt::format("idp: --alg {}: the algorithms are {}{}", alg, base::join(known, ", "),
                         base::suggestion(alg, known));
    }
  }
  for (const std::string& name : options.issuers) {
    if (auto good = idp::check_issuer_name(name); !good) {
      return fmt::format("idp: --issuer {}: {}", name, good.error().message);
    }
  }
  return {};
}

base::Error in(const std::string& where, const base::Error& error) {
  return {fmt::format("idp: {}: {}", where, error.message)};
}

/// A file, or what the environment has instead of one.
base::Result<void> take_configuration(const IdpOptions& options, idp::Configuration& into) {
  std::string file = options.config;
  const char* const inline_text = std::getenv("MOCK_IDP_CONFIG");
  const char* const path = std::getenv("MOCK_IDP_CONFIG_PATH");
  if (file.empty() && inline_text != nullptr && *inline_text != '\0') {
    auto good = idp::configure(inline_text, into);
    if (!good) return tl::unexpected(in("MOCK_IDP_CONFIG", good.error()));
    return {};
  }
  if (file.empty() && path != nullptr) file = path;
  if (file.empty()) return {};
  const auto text = base::read_file(file);
  if (!text) return base::fail("idp: " + text.error().message);
  if (auto good = idp::configure(*text, into); !good) {
    return tl::unexpected(in(file, good.error()));
  }
  return {};
}

void take_flags(const IdpOptions& options, idp::Configuration& into) {
  const auto take = [](const std::string& flag, std::string& setting) {
    if (!flag.empty()) setting = flag;
  };
  if (options.port) into.options.port = *options.port;
  take(options.host, into.options.host);
  take(options.origin, into.options.origin);
  take(options.keys, into.options.key_directory);
  take(options.ca_out, into.ca_out);
  if (!options.profile.empty()) into.options.strict = options.profile == "strict";
  if (!options.persona.empty()) into.options.persona = *idp::persona_from(options.persona);
  if (!options.issuers.empty()) into.issuers = options.issuers;
  if (!options.algorithms.empty()) into.options.algorithms = options.algorithms;
  if (!options.names.empty()) into.options.names = options.names;
  if (options.https) into.options.https = true;
}

/// Flags come before the environment, and that before a file.
base::Result<idp::Configuration> settle(const IdpOptions& options) {
  idp::Configuration configuration;
  configuration.options.port = kPort;
  if (auto taken = take_configuration(options, configuration); !taken) {
    return tl::unexpected(taken.error());
  }
  const auto environment = [](const char* name) -> const char* { return std::getenv(name); };
  if (auto taken = idp::configure_from(environment, configuration); !taken) {
    return base::fail("idp: " + taken.error().message);
  }
  take_flags(options, configuration);
  if (!configuration.ca_out.empty() && !configuration.options.https) {
    return base::fail("idp: --ca-out: without --https there is no authority");
  }
  return configuration;
}

void introduce(idp::MockIdp& provider, const idp::Configuration& configuration) {
  const auto& issuers = configuration.issuers;
  const std::string first = issuers.empty() ? "main" : issuers.front();
  const idp::Issuer& issuer = provider.issuer(first);
  print(fmt::format(R"({{"issuer":{},"jwks_uri":{},"origin":{},"control":{},"pid":{}}})"
                    "\n",
                    base::json_string(issuer.url()), base::json_string(issuer.jwks_uri()),
                    base::json_string(provider.origin()),
                    base::json_string(provider.origin() + "/_ctl"), getpid()));
  const bool kept = !configuration.options.key_directory.empty();
  fmt::print(
      stderr,
      "Mock identity provider for tests. {}\n"
      "  discovery  {}/.well-known/openid-configuration\n"
      "  a token    curl -d grant_type=client_credentials -d client_id=me -d client_secret=any"
      " -d resource=URL {}/token\n",
      kept ? "Whoever reaches it gets tokens of it: never trust it in production."
           : "Its keys are public knowledge: never trust them in production.",
      issuer.url(), issuer.url());
  if (!configuration.options.strict) {
    fmt::print(stderr,
               "  profile    lax: any client and any secret; &login_hint=NAME logs in by itself\n");
  }
  // One that was chosen is known to whoever chose it.
  if (configuration.options.admin_token.empty() && !provider.admin_token().empty()) {
    fmt::print(stderr, "  steering   {}/_ctl  Authorization: Bearer {}\n", provider.origin(),
               provider.admin_token());
  }
  for (std::size_t i = 1; i < issuers.size(); ++i) {
    fmt::print(stderr, "  issuer     {}\n", provider.issuer(issuers[i]).url());
  }
}

int run_idp(const IdpOptions& options) {
  if (options.config_schema) {
    print(idp::configuration_schema());
    return 0;
  }
  if (const std::string problem = problem_of(options); !problem.empty()) return fail_usage(problem);
  const auto configuration = settle(options);
  if (!configuration) return fail_usage(configuration.error().message);
  StopSignals stop;
  auto provider = idp::MockIdp::start(configuration->options);
  if (!provider) return fail_usage("idp: " + provider.error().message);
  if (!configuration->ca_out.empty()) {
    const auto put = base::write_file(configuration->ca_out, (*provider)->ca_certificate());
    if (!put) return fail_usage("idp: --ca-out: " + put.error().message);
  }
  introduce(**provider, *configuration);
  stop.wait();
  (*provider)->stop();
  return 0;
}

}  // namespace

void add_idp(CLI::App& root, int& exit_code) {
  auto* const command = root.add_subcommand("idp", "run the mock identity provider");
  const auto options = std::make_shared<IdpOptions>();
  command->add_option("--port", options->port, "port to listen on; 0: any that is free [9400]")
      ->type_name("N")
      ->check(whole_number_between(0, 65535));
  command->add_option("--host", options->host, "address to listen on [127.0.0.1]")->type_name("H");
  command->add_option("--origin", options->origin, "where clients reach it [where it listens]")
      ->type_name("URL");
  repeatable(command->add_option("--issuer", options->issuers,
                                 "an issuer /i/NAME; others are made when they are asked for"))
      ->type_name("NAME");
  repeatable(command->add_option("--alg", options->algorithms,
                                 "a signing algorithm; the first signs [ES256 RS256 EdDSA]"))
      ->type_name("A");
  command
      ->add_option("--profile", options->profile,
                   "lax: any client, login_hint logs in; strict: clients register, PKCE, a person "
                   "[lax]")
      ->type_name("P")
      ->check(CLI::IsMember({"lax", "strict"}));
  command
      ->add_option("--persona", options->persona,
                   "imitate a known provider in all issuers; /i/NAME~okta is Okta's in any case")
      ->type_name("P")
      ->check(CLI::IsMember(persona_names()))
      ->excludes(command->get_option("--alg"));
  command->add_option("--keys", options->keys, "keep keys in a directory, over restarts")
      ->type_name("DIR");
  auto* const https = command->add_flag(
      "--https", options->https, "speak TLS, with a certificate of an authority made for it");
  command->add_option("--ca-out", options->ca_out, "write the authority's certificate")
      ->type_name("FILE");
  repeatable(command->add_option("--name", options->names, "a host name for the certificate"))
      ->type_name("HOST")
      ->needs(https);
  command->add_option("--config", options->config, "read settings from a file (JSON with comments)")
      ->type_name("FILE");
  command->add_flag("--config-schema", options->config_schema,
                    "print the JSON Schema of such a file, and end");
  examples(*command,
           "mcp-authspec idp                          on port 9400, issuer /i/main\n"
           "mcp-authspec idp --port 0 --alg RS256     a free port, named on the first line\n"
           "mcp-authspec idp --issuer main~entra      an issuer in the manner of Entra ID\n"
           "mcp-authspec idp --https --ca-out ca.pem  clients have to trust ca.pem\n"
           "mcp-authspec idp --keys ./keys            the same keys after a restart\n");
  command->callback([options, &exit_code] { exit_code = run_idp(*options); });
}

}  // namespace cli
