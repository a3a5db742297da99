#include "harness/oauth/login.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/vault/token_store.h"
#include "harness/cli/command.h"
#include "harness/cli/redirect_listener.h"
#include "harness/cli/support.h"

namespace cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kRequestTime = 20s;
constexpr const char* kKeyVariable = "OAUTH_ENCRYPTION_KEY";

struct LoginOptions {
  std::string url;
  std::string issuer;
  std::string client_id;
  std::string client_secret_env;
  std::string redirect_uri = "http://127.0.0.1/callback";
  std::string scope;
  std::string store;
  std::string user;
  double timeout = 180;
  bool refresh = false;
  bool no_browser = false;
};

int failed(const std::string& message) {
  fmt::print(stderr, "mcp-authspec: login: {}\n", message);
  return 1;
}

/// What is wrong with the call, or nothing.
std::string problem_of(const LoginOptions& options) {
  for (const std::string* url : {&options.url, &options.issuer, &options.redirect_uri}) {
    if (url->empty()) continue;
    if (const auto parsed = base::parse_url(*url); !parsed) {
      return fmt::format("login: {}: {}", *url, parsed.error().message);
    }
  }
  if (options.url.empty() && options.issuer.empty()) return "login: a URL or --issuer is needed";
  if (options.refresh && options.store.empty()) return "login: --refresh needs --store";
  if (!options.client_secret_env.empty() &&
      std::getenv(options.client_secret_env.c_str()) == nullptr) {
    return fmt::format("login: --client-secret-env: {} is not set", options.client_secret_env);
  }
  return {};
}

base::Result<vault::TokenStore> open_store(const LoginOptions& options) {
  const char* const text = std::getenv(kKeyVariable);
  if (text == nullptr) return base::fail(fmt::format("--store needs a key in {}", kKeyVariable));
  const auto key = vault::MasterKey::from_text(text);
  if (!key) return base::fail(fmt::format("{}: {}", kKeyVariable, key.error().message));
  return vault::TokenStore::open(options.store, *key);
}

/// Under what name tokens are stored.
std::string name_in_store(const LoginOptions& options) {
  if (!options.user.empty()) return options.user;
  return options.url.empty() ? options.issuer : options.url;
}

/// Opens the page in the user's own browser, where there is one. No shell is involved.
void open_browser(const std::string& url) {
  if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = "xdg-open";
  std::string target = url;
  char* arguments[] = {program.data(), target.data(), nullptr};
  pid_t child = 0;
  const int problem = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem == 0) std::thread([child] { waitpid(child, nullptr, 0); }).detach();
}

oauth::Ask asking() {
  return [](const base::Url& url, wire::Request request) {
    wire::Connection connection(url);
    return connection.exchange(request, base::Deadline::after(kRequestTime));
  };
}

base::Result<oauth::Server> find_server(const LoginOptions& options) {
  auto server = options.issuer.empty() ? oauth::discover(asking(), options.url)
                                       : oauth::read_issuer(asking(), options.issuer);
  if (!server) return server;
  if (!options.url.empty() && server->resource.empty()) server->resource = options.url;
  return server;
}

base::Result<oauth::Client> find_client(const LoginOptions& options, const oauth::Server& server,
                                        const std::string& redirect_uri) {
  if (options.client_id.empty()) {
    return oauth::enroll(asking(), server, {.redirect_uris = {redirect_uri}});
  }
  oauth::Client client{.id = options.client_id, .secret = {}, .redirect_uris = {redirect_uri}};
  if (!options.client_secret_env.empty()) {
    client.secret = std::getenv(options.client_secret_env.c_str());
  }
  return client;
}

vault::Tokens for_store(const oauth::Session& session) {
  vault::Tokens tokens{.access_token = session.tokens.access_token,
                       .refresh_token = session.tokens.refresh_token,
                       .expires_at = std::nullopt,
                       .scope = session.tokens.scope,
                       .token_endpoint = session.server.token_endpoint,
                       .client_id = session.client.id,
                       .client_secret = session.client.secret};
  if (session.tokens.expires_in > 0) {
    tokens.expires_at =
        base::system_clock().now() + std::chrono::seconds(session.tokens.expires_in);
  }
  return tokens;
}

/// The answer of the redirect, once a person has logged in.
base::Result<std::string> code_of(const oauth::Server& server, const base::FormFields& answer) {
  const std::string iss = base::form_value(answer, "iss");
  if (!iss.empty() && iss != server.issuer) {
    return base::fail(fmt::format("the answer is from {}, not from {}", iss, server.issuer));
  }
  std::string code = base::form_value(answer, "code");
  if (!code.empty()) return code;
  return base::fail(fmt::format("the server answered {}: {}", base::form_value(answer, "error"),
                                base::form_value(answer, "error_description")));
}

base::Result<oauth::Session> log_in(const LoginOptions& options) {
  auto server = find_server(options);
  if (!server) return tl::unexpected(server.error());
  // MCP, authorization code protection: without this promise a client must not go on.
  if (!server->s256) return base::fail(server->issuer + " does not promise PKCE with S256");
  const std::string state = base::random_hex(16);
  auto listener = RedirectListener::start(options.redirect_uri, state);
  if (!listener) return tl::unexpected(listener.error());
  const std::string redirect_uri = (*listener)->redirect_uri();
  auto client = find_client(options, *server, redirect_uri);
  if (!client) return tl::unexpected(client.error());
  const oauth::Pkce pkce = oauth::make_pkce();
  const std::string scope = options.scope.empty() ? base::join(server->scopes, " ") : options.scope;
  const std::string url = oauth::authorization_url(
      *server, oauth::authorization_parameters(*server, *client, redirect_uri, pkce, state, scope));
  fmt::print(stderr, "Log in here:\n\n  {}\n\n", url);
  if (!options.no_browser) open_browser(url);
  const auto answer = (*listener)->wait(base::Deadline::after(
      std::chrono::milliseconds(static_cast<long long>(options.timeout * 1000))));
  if (!answer) return base::fail("nobody logged in in time");
  const auto code = code_of(*server, *answer);
  if (!code) return tl::unexpected(code.error());
  auto tokens =
      oauth::ask_for_token(asking(), *server, *client,
                           oauth::code_grant(*code, redirect_uri, pkce.verifier, server->resource));
  if (tokens.ok()) return oauth::Session{*server, *client, std::move(tokens.tokens)};
  return base::fail(
      fmt::format("{} answered the code with {}", server->token_endpoint, tokens.summary()));
}

/// New tokens for stored ones, without a person.
base::Result<vault::Tokens> refreshed(const std::optional<vault::Tokens>& stored) {
  if (!stored || stored->refresh_token.empty()) {
    return base::fail("there is no refresh token in the store: log in without --refresh first");
  }
  oauth::Session session;
  session.server.token_endpoint = stored->token_endpoint;
  session.client = {.id = stored->client_id, .secret = stored->client_secret, .redirect_uris = {}};
  auto answer = oauth::ask_for_token(asking(), session.server, session.client,
                                     oauth::refresh_grant(stored->refresh_token, ""));
  if (!answer.ok()) {
    return base::fail(fmt::format("{} answered the refresh token with {}", stored->token_endpoint,
                                  answer.summary()));
  }
  session.tokens = std::move(answer.tokens);
  if (session.tokens.refresh_token.empty()) session.tokens.refresh_token = stored->refresh_token;
  if (session.tokens.scope.empty()) session.tokens.scope = stored->scope;
  return for_store(session);
}

int run_login(const LoginOptions& options) {
  if (const std::string problem = problem_of(options); !problem.empty()) return fail_usage(problem);
  std::optional<vault::TokenStore> store;
  if (!options.store.empty()) {
    auto opened = open_store(options);
    if (!opened) return fail_usage("login: " + opened.error().message);
    store = std::move(*opened);
  }
  const std::string user = name_in_store(options);
  if (options.refresh) {
    const auto tokens = store->update(user, refreshed, base::Deadline::after(2 * kRequestTime));
    if (!tokens) return failed(tokens.error().message);
    print(tokens->access_token + "\n");
    return 0;
  }
  const auto session = log_in(options);
  if (!session) return failed(session.error().message);
  if (store) {
    if (auto put = store->put(user, for_store(*session)); !put) return failed(put.error().message);
  }
  print(session->tokens.access_token + "\n");
  return 0;
}

}  // namespace

void add_login(CLI::App& root, int& exit_code) {
  auto* const command =
      root.add_subcommand("login", "log in to an MCP server as its clients do; prints the token");
  const auto options = std::make_shared<LoginOptions>();
  command->add_option("url", options->url, "the MCP server")->type_name("URL");
  command
      ->add_option("--issuer", options->issuer,
                   "the authorization server, where it need not be found [$MCP_OAUTH_ISSUER]")
      ->envname("MCP_OAUTH_ISSUER")
      ->type_name("URL");
  command
      ->add_option("--client-id", options->client_id,
                   "a registered client; else one is registered [$MCP_OAUTH_CLIENT_ID]")
      ->envname("MCP_OAUTH_CLIENT_ID")
      ->type_name("ID");
  command
      ->add_option("--client-secret-env", options->client_secret_env,
                   "the variable that holds the client's secret")
      ->type_name("VAR");
  command
      ->add_option("--redirect-uri", options->redirect_uri,
                   "where to listen for the answer; without a port, at a free one "
                   "[$MCP_OAUTH_REDIRECT_URI]")
      ->envname("MCP_OAUTH_REDIRECT_URI")
      ->type_name("URI")
      ->capture_default_str();
  command->add_option("--scope", options->scope, "what to ask for; else all that is advertised")
      ->type_name("S");
  command
      ->add_option("--store", options->store,
                   "keep the tokens in this file, encrypted with $OAUTH_ENCRYPTION_KEY")
      ->type_name("FILE");
  command->add_option("--user", options->user, "under which name to store them; else the URL")
      ->type_name("NAME");
  command->add_flag("--refresh", options->refresh, "use the stored refresh token; nobody is asked");
  command->add_flag("--no-browser", options->no_browser, "only print where to log in");
  command->add_option("--timeout", options->timeout, "seconds to wait for somebody to log in")
      ->check(number_between(0.001, 86400))
      ->type_name("S")
      ->capture_default_str();
  examples(*command,
           "mcp-authspec login https://mcp.example.com/mcp\n"
           "mcp-authspec login https://mcp.example.com/mcp --store tokens.json\n"
           "mcp-authspec login https://mcp.example.com/mcp --store tokens.json --refresh\n");
  command->callback([options, &exit_code] { exit_code = run_login(*options); });
}

}  // namespace cli
