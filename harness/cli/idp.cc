#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/base/json.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "harness/cli/command.h"
#include "harness/cli/stop_signals.h"
#include "harness/cli/support.h"
#include "mock-idp/idp/mock_idp.h"

namespace cli {
namespace {

constexpr std::uint16_t kPort = 9400;

struct IdpOptions {
  std::uint16_t port = kPort;
  std::string host = "127.0.0.1";
  std::vector<std::string> issuers;
  std::vector<std::string> algorithms;
  std::string profile = "lax";
  std::string persona = "generic";
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

void introduce(idp::MockIdp& provider, const IdpOptions& options) {
  const std::string first = options.issuers.empty() ? "main" : options.issuers.front();
  const idp::Issuer& issuer = provider.issuer(first);
  print(fmt::format(R"({{"issuer":{},"jwks_uri":{},"origin":{},"pid":{}}})"
                    "\n",
                    base::json_string(issuer.url()), base::json_string(issuer.jwks_uri()),
                    base::json_string(provider.origin()), getpid()));
  fmt::print(
      stderr,
      "Mock identity provider for tests. Its keys are public knowledge: never trust them in "
      "production.\n"
      "  discovery  {0}/.well-known/openid-configuration\n"
      "  a token    curl -d grant_type=client_credentials -d client_id=me -d client_secret=any"
      " -d resource=URL {0}/token\n",
      issuer.url());
  if (options.profile == "lax") {
    fmt::print(stderr,
               "  profile    lax: any client and any secret; &login_hint=NAME logs in by itself\n");
  }
  for (std::size_t i = 1; i < options.issuers.size(); ++i) {
    fmt::print(stderr, "  issuer     {}\n", provider.issuer(options.issuers[i]).url());
  }
}

int run_idp(const IdpOptions& options) {
  if (const std::string problem = problem_of(options); !problem.empty()) return fail_usage(problem);
  StopSignals stop;
  idp::Options provider_options;
  provider_options.host = options.host;
  provider_options.port = options.port;
  provider_options.strict = options.profile == "strict";
  if (!options.algorithms.empty()) provider_options.algorithms = options.algorithms;
  provider_options.persona = *idp::persona_from(options.persona);
  auto provider = idp::MockIdp::start(std::move(provider_options));
  if (!provider) return fail_usage("idp: " + provider.error().message);
  introduce(**provider, options);
  stop.wait();
  (*provider)->stop();
  return 0;
}

}  // namespace

void add_idp(CLI::App& root, int& exit_code) {
  auto* const command = root.add_subcommand("idp", "run the mock identity provider");
  const auto options = std::make_shared<IdpOptions>();
  command->add_option("--port", options->port, "port to listen on; 0 lets the system choose")
      ->type_name("N")
      ->check(whole_number_between(0, 65535))
      ->capture_default_str();
  command->add_option("--host", options->host, "address to listen on")
      ->type_name("H")
      ->capture_default_str();
  repeatable(command->add_option("--issuer", options->issuers,
                                 "an issuer /i/NAME; others are made when they are asked for"))
      ->type_name("NAME");
  repeatable(command->add_option("--alg", options->algorithms,
                                 "a signing algorithm; the first signs [ES256 RS256 EdDSA]"))
      ->type_name("A");
  command
      ->add_option("--profile", options->profile,
                   "lax: any client, login_hint logs in; strict: clients register, PKCE, a person")
      ->type_name("P")
      ->check(CLI::IsMember({"lax", "strict"}))
      ->capture_default_str();
  command
      ->add_option("--persona", options->persona,
                   "imitate a known provider in all issuers; /i/NAME~okta is Okta's in any case")
      ->type_name("P")
      ->check(CLI::IsMember(persona_names()))
      ->excludes(command->get_option("--alg"))
      ->capture_default_str();
  examples(*command,
           "mcp-authspec idp                          on port 9400, issuer /i/main\n"
           "mcp-authspec idp --port 0 --alg RS256     a free port, named on the first line\n"
           "mcp-authspec idp --issuer main~entra      an issuer in the manner of Entra ID\n");
  command->callback([options, &exit_code] { exit_code = run_idp(*options); });
}

}  // namespace cli
