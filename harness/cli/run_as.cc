#include "harness/cli/run_as.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

#include <CLI/CLI.hpp>

#include "common/base/text.h"
#include "common/base/url.h"

namespace cli {
namespace {

base::Result<std::string> secret_of(const char* flag, const std::string& variable,
                                    check::Profile& profile) {
  profile.secret_variables.push_back(variable);
  const char* const value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') {
    return base::fail(fmt::format("{}: the variable {} is not set", flag, variable));
  }
  return std::string(value);
}

}  // namespace

base::Result<void> read_as(const AsFlags& flags, check::Profile& profile) {
  const std::array<std::pair<const char*, const std::string*>, 7> rest = {{
      {"--client-id", &flags.client_id},
      {"--client-secret-env", &flags.client_secret_env},
      {"--redirect-uri", &flags.redirect_uri},
      {"--resource", &flags.resource},
      {"--scope", &flags.scope},
      {"--login-user", &flags.login_user},
      {"--login-password-env", &flags.login_password_env},
  }};
  for (const auto& [flag, value] : rest) {
    if (flags.as.empty() && !value->empty()) {
      return base::fail(fmt::format("{}: is for authorization servers, --as URL", flag));
    }
  }
  if (!flags.client_id.empty()) profile.client.id = flags.client_id;
  if (!flags.client_secret_env.empty()) {
    if (profile.client.id.empty()) return base::fail("--client-secret-env: needs --client-id");
    auto secret = secret_of("--client-secret-env", flags.client_secret_env, profile);
    if (!secret) return tl::unexpected(secret.error());
    profile.client.secret = std::move(*secret);
  }
  if (!flags.redirect_uri.empty()) {
    if (auto url = base::parse_url(flags.redirect_uri); !url) {
      return base::fail("--redirect-uri: " + url.error().message);
    }
    profile.client.redirect_uri = flags.redirect_uri;
  }
  if (!flags.resource.empty()) profile.audience = flags.resource;
  if (!flags.scope.empty()) profile.scopes = base::words(flags.scope);
  if (!flags.login_user.empty()) profile.person.user = flags.login_user;
  if (!flags.login_password_env.empty()) {
    auto password = secret_of("--login-password-env", flags.login_password_env, profile);
    if (!password) return tl::unexpected(password.error());
    profile.person.password = std::move(*password);
  }
  return {};
}

void add_as_flags(CLI::App& command, AsFlags& flags) {
  const auto group = "An authorization server alone";
  const auto add = [&](const char* name, std::string& value, const char* what, const char* type) {
    command.add_option(name, value, what)->type_name(type)->group(group);
  };
  add("--as", flags.as,
      "test an authorization server instead of an MCP server: its issuer URL; with --spawn it may "
      "hold {{port}}",
      "URL");
  add("--client-id", flags.client_id, "a client that is registered there; without, one registers",
      "ID");
  add("--client-secret-env", flags.client_secret_env,
      "environment variable that holds its secret; without, it is a public client", "VAR");
  add("--redirect-uri", flags.redirect_uri,
      "where it is sent back to (default http://127.0.0.1:33418/callback); nothing has to listen",
      "URL");
  add("--resource", flags.resource, "a resource that the server gives tokens for (RFC 8707)",
      "URL");
  add("--scope", flags.scope,
      "scopes to ask for, with blanks between them (default openid and offline_access, as offered)",
      "SCOPES");
  add("--login-user", flags.login_user, "who logs in (default alice)", "NAME");
  add("--login-password-env", flags.login_password_env,
      "environment variable that holds the password", "VAR");
}

}  // namespace cli
