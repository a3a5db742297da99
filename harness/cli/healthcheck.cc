#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "common/base/file.h"
#include "common/base/url.h"
#include "common/http/client.h"
#include "harness/cli/command.h"
#include "harness/cli/support.h"

namespace cli {
namespace {

struct HealthOptions {
  std::string url;
  double timeout = 5;
  std::string ca;
};

int unhealthy(std::string_view reason) {
  fmt::print(stderr, "mcp-authspec: {}\n", reason);
  return 1;
}

int run_healthcheck(const HealthOptions& options) {
  if (const auto url = base::parse_url(options.url); !url) {
    return fail_usage(fmt::format("healthcheck: {}: {}", options.url, url.error().message));
  }
  const auto span = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(options.timeout));
  http::ClientRequest request;
  request.url = options.url;
  if (!options.ca.empty()) {
    auto text = base::read_file(options.ca);
    if (!text) return fail_usage("healthcheck: --ca: " + text.error().message);
    request.tls.ca = std::move(*text);
  }
  const auto response = http::fetch(request, base::Deadline::after(span));
  if (!response) return unhealthy(response.error().message);
  if (response->status / 100 == 2) return 0;
  return unhealthy(fmt::format("{}: status {}", options.url, response->status));
}

}  // namespace

void add_healthcheck(CLI::App& root, int& exit_code) {
  auto* const command =
      root.add_subcommand("healthcheck", "exit 0 if a URL answers with 2xx, else 1");
  const auto options = std::make_shared<HealthOptions>();
  command->add_option("url", options->url, "what to ask for")->required()->type_name("URL");
  command->add_option("--timeout", options->timeout, "seconds to wait")
      ->check(number_between(0.001, 3600))
      ->type_name("S")
      ->capture_default_str();
  command->add_option("--ca", options->ca, "trust the certificates of this authority (PEM)")
      ->type_name("FILE");
  examples(*command,
           "mcp-authspec healthcheck http://127.0.0.1:9400/healthz\n"
           "mcp-authspec healthcheck --ca ca.pem https://127.0.0.1:9400/healthz\n");
  command->callback([options, &exit_code] { exit_code = run_healthcheck(*options); });
}

}  // namespace cli
