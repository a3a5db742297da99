#include "harness/run/spawn.h"

#include <fmt/core.h>

#include <algorithm>
#include <semaphore>
#include <thread>

#include "common/base/socket.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/mcp/protocol.h"
#include "harness/run/environment.h"
#include "harness/wire/connection.h"

namespace run {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kUsualUrl = "http://127.0.0.1:{{port}}/mcp";
constexpr int kPortAttempts = 4;
constexpr milliseconds kFirstPause{4};
constexpr milliseconds kLongestPause{100};
constexpr milliseconds kPatience{2'000};  ///< for one answer while the server is starting

/// What servers say when somebody else has their port.
bool port_was_taken(const std::string& output) {
  const std::string text = base::to_lower(output);
  return text.find("eaddrinuse") != std::string::npos ||
         text.find("already in use") != std::string::npos;
}

/// Alternately a GET and a POST: some servers hold back the head of a GET's stream.
wire::Request knock(const base::Url& url, int attempt) {
  wire::Request request;
  if (attempt % 2 == 1) {
    request = mcp::frame({.target = url.target()}, {.method = "ping"}, "0");
  } else {
    request.target = url.target();
    request.headers = {{"Accept", "application/json, text/event-stream"}};
  }
  return request;
}

/// What the wait for a server ends with that speaks TLS where plain HTTP was expected.
constexpr std::string_view kSpeaksTls = "it speaks TLS";

bool speaks_tls(base::Url url) {
  url.scheme = "https";
  return tls::Connector(url, {.verify = false}).open(base::Deadline::after(kPatience)).stream !=
         nullptr;
}

/// Why a server did not get ready; no words once it has answered.
struct Unready {
  std::string problem;
  bool ended = false;
};

Unready wait_until_ready(const wire::Process& child, const base::Url& url, milliseconds timeout,
                         const std::function<bool()>& stop_requested) {
  const auto deadline = base::Deadline::after(timeout);
  // Whether its certificate is to be trusted is judged later.
  wire::Connection connection(url, {.verify = false});
  milliseconds pause = kFirstPause;
  std::string last = "no answer";
  for (int attempt = 0; !deadline.passed(); ++attempt) {
    if (stop_requested()) return {"the run was interrupted while the server was starting"};
    const auto exchange = connection.exchange(
        knock(url, attempt), base::Deadline::earlier(deadline, base::Deadline::after(kPatience)),
        [](const wire::Response&) { return true; });
    if (exchange.response && exchange.response->status != 0) return {};
    const bool cut = exchange.failure == wire::Failure::closed ||
                     exchange.failure == wire::Failure::reset ||
                     exchange.failure == wire::Failure::not_http;
    if (cut && url.scheme == "http" && speaks_tls(url)) return {std::string(kSpeaksTls)};
    last = exchange.failure == wire::Failure::timeout ? "it takes connections but answers nothing"
                                                      : exchange.failure_text;
    if (const auto ended = child.wait(base::Deadline::after(pause))) {
      return {fmt::format("the server ended before it answered: {}{}", *ended,
                          child.last_words().empty() ? "" : ": " + child.last_words()),
              /*ended=*/true};
    }
    pause = std::min(pause * 2, kLongestPause);
  }
  std::string text =
      fmt::format("the server did not answer HTTP on {} within {} s ({})",
                  url.origin() + url.target(), static_cast<double>(timeout.count()) / 1000, last);
  if (!child.last_words().empty()) text += "; its last output: " + child.last_words();
  return {std::move(text)};
}

/// A server that ends with its object.
class SpawnedInstance : public check::Instance {
 public:
  explicit SpawnedInstance(Spawned spawned)
      : Instance(spawned.launch.url), child_(std::move(spawned.child)) {}

 private:
  std::unique_ptr<wire::Process> child_;
};

}  // namespace

base::Result<std::uint16_t> free_port() {
  auto listener = base::listen_tcp("127.0.0.1", 0);
  if (!listener) return tl::unexpected(listener.error());
  return base::local_port(*listener);
}

base::Result<Launch> prepare(const SpawnPlan& plan, std::uint16_t port, idp::Issuer& issuer) {
  Launch launch;
  Values values = no_values();
  values["port"] = std::to_string(port);
  const auto url = fill(plan.url.empty() ? kUsualUrl : plan.url, values);
  if (!url) return base::fail("the URL: " + url.error().message);
  const auto parsed = base::parse_url(*url);
  if (!parsed) return tl::unexpected(parsed.error());
  launch.url = *url;
  // A fixed port in the URL is the one to tell the server.
  values["port"] = std::to_string(parsed->port);
  values["url"] = *url;
  values["issuer"] = issuer.url();
  values["jwks_uri"] = issuer.jwks_uri();
  if (!plan.second_issuer.empty()) values["second_issuer"] = plan.second_issuer;
  values["introspection_url"] = issuer.introspection_url();
  values["upstream_url"] = issuer.upstream_url();
  const auto audience = fill(plan.profile.audience, values);
  if (!audience) return base::fail("the audience: " + audience.error().message);
  launch.audience = audience->empty() ? *url : *audience;
  values["audience"] = launch.audience;
  add_placeholders(plan.mode, plan.secrets, values);
  for (const check::Mode mode : plan.also) add_placeholders(mode, plan.secrets, values);

  auto command = fill(plan.command, values);
  if (!command) return base::fail("the command: " + command.error().message);
  launch.command = *command;
  launch.environment = environment_of({.mode = plan.mode,
                                       .also = plan.also,
                                       .issuer = issuer,
                                       .secrets = plan.secrets,
                                       .audience = launch.audience,
                                       .scopes = plan.scopes,
                                       .more_issuers = plan.second_issuer});
  launch.environment["PORT"] = *values["port"];
  if (parsed->scheme == "https") {
    launch.environment["TLS_CERT"] = plan.certificates.server.certificate;
    launch.environment["TLS_KEY"] = plan.certificates.server.key;
    launch.environment["TLS_CLIENT_CA"] = plan.certificates.ca;
  }
  for (const auto& [name, text] : plan.profile.env) {
    auto value = fill(text, values);
    if (!value) return base::fail(fmt::format("env {}: {}", name, value.error().message));
    launch.environment[name] = *value;
  }
  if (plan.told == check::SecretsTold::all) return launch;
  if (has_secret(launch.command, plan.mode, plan.secrets)) {
    return base::fail("the server is told its secret in its command line");
  }
  auto names = withhold_secrets(launch.environment, plan.mode, plan.secrets, plan.told);
  if (names.empty()) return base::fail("the server is not told its secret by its environment");
  if (plan.told == check::SecretsTold::unset) launch.without = std::move(names);
  return launch;
}

base::Result<wire::ProcessOptions> prepare_stdio(const SpawnPlan& plan,
                                                 const check::Secrets& secrets,
                                                 idp::Issuer& issuer) {
  Values values = no_values();
  values["issuer"] = issuer.url();
  values["jwks_uri"] = issuer.jwks_uri();
  add_placeholders(plan.mode, secrets, values);
  for (const check::Mode mode : plan.also) add_placeholders(mode, secrets, values);
  auto command = fill(plan.command, values);
  if (!command) return base::fail("the command: " + command.error().message);
  wire::ProcessOptions options;
  options.command = *command;
  options.environment = environment_of({.mode = plan.mode,
                                        .also = plan.also,
                                        .issuer = issuer,
                                        .secrets = secrets,
                                        .audience = "",
                                        .scopes = plan.scopes});
  for (const auto& [name, text] : plan.profile.env) {
    auto value = fill(text, values);
    if (!value) return base::fail(fmt::format("env {}: {}", name, value.error().message));
    options.environment[name] = *value;
  }
  std::erase_if(options.environment, [&](const auto& variable) {
    if (variable.second.empty()) options.without.push_back(variable.first);
    return variable.second.empty();
  });
  return options;
}

base::Result<Spawned> spawn(const SpawnPlan& asked, idp::Issuer& issuer, milliseconds timeout,
                            const std::function<bool()>& stop_requested) {
  Spawned spawned;
  SpawnPlan plan = asked;
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    const auto port = free_port();
    if (!port) return tl::unexpected(port.error());
    auto launch = prepare(plan, *port, issuer);
    if (!launch) return tl::unexpected(launch.error());
    spawned.launch = *launch;
    auto child = wire::Process::start({.command = launch->command,
                                       .environment = launch->environment,
                                       .without = launch->without});
    if (!child) return tl::unexpected(child.error());
    spawned.child = std::move(*child);
    // Cannot fail: prepare() parsed it.
    const Unready unready =
        wait_until_ready(*spawned.child, *base::parse_url(launch->url), timeout, stop_requested);
    spawned.problem = unready.problem;
    spawned.ended = unready.ended;
    if (spawned.problem == kSpeaksTls && plan.url.empty()) {
      // It has to be told its URL, and what to speak TLS with, from the start.
      plan.url = base::replace_all(kUsualUrl, "http://", "https://");
      spawned.child->stop();
      continue;
    }
    if (spawned.problem.empty() || !port_was_taken(spawned.child->output())) break;
  }
  return spawned;
}

namespace {

/// One of those who may start a server at the same time.
class Turn {
 public:
  explicit Turn(std::counting_semaphore<>& starts) : starts_(starts) { starts_.acquire(); }
  ~Turn() { starts_.release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::counting_semaphore<>& starts_;
};

}  // namespace

check::StartInstance more_by(SpawnPlan plan, milliseconds timeout,
                             std::function<bool()> stop_requested) {
  if (!plan.url.empty() && !uses(plan.url, "port")) return nullptr;
  // To start takes the processors that others need to get ready in time.
  const auto starts = std::make_shared<std::counting_semaphore<>>(
      std::max(1U, std::thread::hardware_concurrency()));
  return [plan = std::move(plan), timeout, stop_requested = std::move(stop_requested), starts](
             idp::MockIdp& provider, check::SecretsTold told)
             -> tl::expected<std::unique_ptr<check::Instance>, check::NoStart> {
    using Kind = check::NoStart::Kind;
    SpawnPlan own = plan;
    own.told = told;
    if (own.profile.second_issuer) {
      own.second_issuer = provider.issuer(check::kSecondIssuer).url();
    }
    auto spawned = [&] {
      const Turn turn(*starts);
      return spawn(own, provider.issuer(), timeout, stop_requested);
    }();
    if (!spawned) {
      return tl::unexpected(check::NoStart{Kind::impossible, spawned.error().message});
    }
    if (!spawned->problem.empty()) {
      return tl::unexpected(
          check::NoStart{spawned->ended ? Kind::ended : Kind::silent, spawned->problem});
    }
    return std::make_unique<SpawnedInstance>(std::move(*spawned));
  };
}

}  // namespace run
