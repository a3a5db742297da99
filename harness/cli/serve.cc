#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/base/json.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "fixtures/reference-server/reference_server.h"
#include "harness/cli/command.h"
#include "harness/cli/serve_bindings.h"
#include "harness/cli/stop_signals.h"
#include "harness/cli/support.h"

namespace cli {
namespace {

using reference_server::Config;

/// What the command line says; it counts more than the environment.
struct ServeOptions {
  Config config;
  std::string mode = "oauth";
  bool list_faults = false;
  bool json = false;
  std::function<void(Config&)> bind;
};

std::vector<std::string> fault_ids() {
  std::vector<std::string> ids;
  for (const auto& fault : reference_server::faults()) ids.push_back(fault.id);
  return ids;
}

void print_faults(bool as_json) {
  std::string text;
  for (const auto& fault : reference_server::faults()) {
    text += as_json ? fmt::format("{}{{\"id\":{},\"summary\":{}}}", text.empty() ? "[" : ",\n ",
                                  base::json_string(fault.id), base::json_string(fault.summary))
                    : fmt::format("{:36} {}\n", fault.id, fault.summary);
  }
  print(as_json ? text + "]\n" : text);
}

/// The settings that the command line left alone come from the environment.
base::Result<Config> complete(const CLI::App& command, const ServeOptions& options) {
  const Config& given = options.config;
  const auto getenv = [](const char* name) { return static_cast<const char*>(std::getenv(name)); };
  Config config;
  config.preset = given.preset;
  if (auto read = reference_server::read_environment(config, getenv); !read) {
    return tl::make_unexpected(read.error());
  }
  const auto take = [&](const char* option, auto Config::*member) {
    if (command.count(option) > 0) config.*member = given.*member;
  };
  take("--host", &Config::host);
  take("--port", &Config::port);
  take("--issuer", &Config::issuer);
  take("--jwks-uri", &Config::jwks_uri);
  take("--audience", &Config::audience);
  take("--required-scope", &Config::required_scope);
  take("--api-key-header", &Config::api_key_header);
  take("--api-key-template", &Config::api_key_template);
  take("--dialect", &Config::dialect);
  config.stdio = given.stdio;
  config.answers = given.answers;
  config.faults = given.faults;
  config.allowed_origins.insert(config.allowed_origins.end(), given.allowed_origins.begin(),
                                given.allowed_origins.end());
  options.bind(config);
  // Only names of modes get past the parser.
  const auto mode = reference_server::mode_from(options.mode);
  if (config.preset.empty()) {
    config.mode = *mode;
    return config;
  }
  const bool chosen = command.count("--mode") > 0;
  auto read = reference_server::read_preset(config, chosen ? mode : std::nullopt, getenv);
  if (!read) return tl::make_unexpected(read.error());
  return config;
}

int serve(const CLI::App& command, const ServeOptions& options) {
  if (options.list_faults) {
    print_faults(options.json);
    return 0;
  }
  const std::vector<std::string> known = fault_ids();
  for (const std::string& id : options.config.faults) {
    if (!base::contains(known, id)) {
      return fail_usage(fmt::format("serve: --fault {}: there is no such fault{}", id,
                                    base::suggestion(id, known)));
    }
  }
  auto config = complete(command, options);
  if (!config) return fail_usage("serve: " + config.error().message);
  if (options.config.stdio) {
    // The end of its input ends it, and so does any signal.
    auto served = reference_server::serve_stdio(*config, STDIN_FILENO, STDOUT_FILENO);
    return served ? 0 : fail_usage("serve: " + served.error().message);
  }
  StopSignals stop;
  auto server = reference_server::ReferenceServer::start(*config);
  if (!server) return fail_usage("serve: " + server.error().message);
  print(fmt::format("{{\"url\":{},\"mode\":{},\"pid\":{}}}\n", base::json_string((*server)->url()),
                    base::json_string(to_string(config->mode)), getpid()));
  stop.wait();
  return 0;
}

}  // namespace

void add_serve(CLI::App& root, int& exit_code) {
  const auto options = std::make_shared<ServeOptions>();
  auto* const command =
      root.add_subcommand("serve", "run the reference server, with faults or without");
  Config& config = options->config;
  std::vector<std::string> modes = reference_server::mode_names();
  modes.emplace_back("oidc");
  command->add_option("--mode", options->mode, "how clients are authenticated (oidc is oauth)")
      ->type_name("M")
      ->check(CLI::IsMember(modes))
      ->capture_default_str();
  command
      ->add_option("--preset", config.preset,
                   "imitate a known server: its variables, paths, answers and defects")
      ->type_name("NAME")
      ->check(CLI::IsMember(reference_server::preset_names()));
  command->add_option("--dialect", config.dialect, "refuse as that framework does [$DIALECT]")
      ->type_name("NAME")
      ->check(CLI::IsMember(reference_server::dialect_names()));
  repeatable(command->add_option("--fault", config.faults, "plant a defect, by its id"))
      ->type_name("ID");
  command->add_flag("--stdio", config.stdio, "over standard input and output instead of HTTP");
  command->add_flag("--list-faults", options->list_faults, "list the defects and what they do");
  command->add_flag("--json", options->json, "with --list-faults: as JSON");
  command->add_option("--port", config.port, "port to listen on; 0 lets the system choose [$PORT]")
      ->type_name("N")
      ->check(whole_number_between(0, 65535));
  command->add_option("--host", config.host, "address to listen on [$HOST or 127.0.0.1]")
      ->type_name("H");
  command->add_option("--issuer", config.issuer, "whose tokens are accepted [$ISSUER]")
      ->type_name("URL");
  command
      ->add_option("--jwks-uri", config.jwks_uri,
                   "where the issuer's keys are [$JWKS_URI, else by discovery]")
      ->type_name("URL");
  command
      ->add_option("--audience", config.audience,
                   "what tokens have to be for [$AUDIENCE, else the server's own URL]")
      ->type_name("URL");
  command
      ->add_option("--required-scope", config.required_scope,
                   "scopes that every request needs [$REQUIRED_SCOPE, else none]")
      ->type_name("SCOPES");
  command
      ->add_option("--api-key-header", config.api_key_header,
                   "mode api-key: the field that keys come in [$API_KEY_HEADER or X-API-Key]")
      ->type_name("NAME");
  command
      ->add_option("--api-key-template", config.api_key_template,
                   "mode api-key: its value, such as \"Token {key}\" [$API_KEY_TEMPLATE or {key}]")
      ->type_name("TEXT");
  options->bind = add_binding_options(*command);
  repeatable(command->add_option("--allow-origin", config.allowed_origins,
                                 "an Origin to accept beside the server's own"))
      ->type_name("ORIGIN");
  command->add_option("--answers", config.answers, "json, or sse for event streams")
      ->type_name("FORM")
      ->check(CLI::IsMember({"json", "sse"}))
      ->capture_default_str();
  examples(*command,
           "mcp-authspec serve --port 3000 --issuer http://127.0.0.1:9400/i/main\n"
           "mcp-authspec serve --port 3000 --mode none\n"
           "MCP_AUTH=api_key MCP_API_KEY=$(openssl rand -hex 32) mcp-authspec serve --preset "
           "toolkit\n"
           "API_KEY=$(openssl rand -hex 32) mcp-authspec serve --port 3000 --mode api-key\n"
           "mcp-authspec run --spawn \"mcp-authspec serve --port {{port}} --fault exp.skip\"\n");
  command->callback([command, options, &exit_code] { exit_code = serve(*command, *options); });
}

}  // namespace cli
