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

/// Why a server did not get ready; no words once it is.
struct Unready {
  std::string problem;
  bool answered = false;  ///< it answered, that it is not ready
  bool tls = false;       ///< it speaks TLS
  bool ipv6 = false;      ///< it is on [::1]
};

bool speaks_tls(base::Url url) {
  url.scheme = "https";
  return tls::Connector(url, {.verify = false}).open(base::Deadline::after(kPatience)).stream !=
         nullptr;
}

bool answers_on_ipv6(const base::Url& url, const Knocking& how, int attempt) {
  const auto other = on_ipv6(url);
  if (!other) return false;
  wire::Connection connection(*other, how.tls);
  return knock(connection, *other, how, attempt).response.has_value();
}

/// How long a server gets to start. One that is still at work when its time is over has a busy
/// machine, not a fault, and gets more; one that only waits does not.
class StartTime {
 public:
  StartTime(const wire::Process& child, milliseconds timeout)
      : child_(child),
        usual_(base::Deadline::after(timeout)),
        longest_(base::Deadline::after(kStretch * timeout)) {}

  bool over() {
    if (!usual_.passed()) return false;
    if (longest_.passed()) return true;
    if (!next_look_.passed()) return false;
    const milliseconds used = child_.processor_time();
    const bool idle = used - used_ < kAtWork;
    used_ = used;
    next_look_ = base::Deadline::after(kLook);
    return std::exchange(looked_, true) && idle;
  }
  milliseconds elapsed() const {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
  }

 private:
  static constexpr int kStretch = 3;
  static constexpr milliseconds kLook{1'000};
  static constexpr milliseconds kAtWork{100};  ///< of processor time between two looks
  const wire::Process& child_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const base::Deadline usual_;
  const base::Deadline longest_;
  base::Deadline next_look_ = base::Deadline::after(milliseconds{0});
  milliseconds used_{0};
  bool looked_ = false;  ///< once at least, so that there is something to compare with
};

Unready wait_until_ready(const wire::Process& child, const base::Url& url, const Knocking& how) {
  StartTime time(child, how.start_timeout);
  wire::Connection connection(url, how.tls);
  milliseconds pause = kFirstPause;
  std::string last = "no answer";
  bool answered = false;
  for (int attempt = 0; !time.over(); ++attempt) {
    if (how.stop_requested()) return {"the run was interrupted while the server was starting"};
    const auto exchange = knock(connection, url, how, attempt);
    if (is_ready(exchange)) return {};
    const bool cut = exchange.failure == wire::Failure::closed ||
                     exchange.failure == wire::Failure::reset ||
                     exchange.failure == wire::Failure::not_http;
    if (cut && url.scheme == "http" && speaks_tls(url)) {
      return {.problem = "it speaks TLS", .tls = true};
    }
    if (exchange.failure == wire::Failure::refused && answers_on_ipv6(url, how, attempt)) {
      return {.problem = fmt::format("nothing listens on 127.0.0.1:{0}; the server is at [::1]:{0}",
                                     url.port),
              .ipv6 = true};
    }
    answered = exchange.response.has_value();
    last = answered ? fmt::format("it answers {}", exchange.status())
           : exchange.failure == wire::Failure::timeout ? "it takes connections but answers nothing"
                                                        : exchange.failure_text;
    if (const auto ended = child.wait(base::Deadline::after(pause))) {
      return {fmt::format("the server ended before it answered: {}{}", *ended,
                          child.last_words().empty() ? "" : ": " + child.last_words())};
    }
    pause = std::min(pause * 2, kLongestPause);
  }
  std::string text =
      fmt::format("the server {} on {} within {:.1f} s ({})",
                  answered ? "was not ready" : "did not answer HTTP", url.origin() + url.target(),
                  static_cast<double>(time.elapsed().count()) / 1000, last);
  if (!child.last_words().empty()) text += "; its last output: " + child.last_words();
  return {.problem = std::move(text), .answered = answered};
}

/// A server that ends with its object.
class SpawnedInstance : public check::Instance {
 public:
  explicit SpawnedInstance(Spawned spawned)
      : Instance(spawned.reached.url), child_(std::move(spawned.child)) {}

 private:
  std::unique_ptr<wire::Process> child_;
};

}  // namespace

base::Result<Launch> prepare(const SpawnPlan& plan, std::uint16_t port, idp::Issuer& issuer) {
  Launch launch{.without = plan.profile.secret_variables};
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
  if (plan.told == check::SecretsTold::unset) {
    launch.without.insert(launch.without.end(), names.begin(), names.end());
  }
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
  wire::ProcessOptions options{.command = *command, .without = plan.profile.secret_variables};
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

namespace {

std::string other_url(const std::string& url, const Unready& unready) {
  const std::string known = url.empty() ? std::string(kUsualUrl) : url;
  return unready.tls ? base::replace_all(known, "http://", "https://")
                     : base::replace_all(known, "//127.0.0.1", "//[::1]");
}

base::Result<void> must_be_free(const base::Url& url) {
  if (!tls::Connector({.scheme = "http", .host = url.host, .port = url.port}, {})
           .open(base::Deadline::after(kPatience))
           .stream) {
    return {};
  }
  return base::fail(fmt::format(
      "port {} is in use: another program answers on {}; stop it, or write {{{{port}}}} "
      "in the URL for a port that is free",
      url.port, url.origin()));
}

/// Whether a program listens at that port.
bool is_listened_at(const base::Url& url) { return !base::bind_tcp(url.host, url.port); }

}  // namespace

base::Result<Spawned> spawn(const SpawnPlan& asked, idp::Issuer& issuer, milliseconds timeout,
                            const std::function<bool()>& stop_requested) {
  Spawned spawned;
  SpawnPlan plan = asked;
  // Whether its certificate is to be trusted is judged later.
  const Knocking how{.tls = {.verify = false},
                     .headers = plan.profile.headers,
                     .start_timeout = timeout,
                     .stop_requested = stop_requested};
  std::vector<std::string> notes;
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    const auto reserved = base::reserve_port();
    if (!reserved) return tl::unexpected(reserved.error());
    auto launch = prepare(plan, base::local_port(*reserved), issuer);
    if (!launch) return tl::unexpected(launch.error());
    spawned.launch = *launch;
    // Cannot fail: prepare() parsed it.
    const base::Url url = *base::parse_url(launch->url);
    if (!plan.url.empty() && !uses(plan.url, "port")) {
      if (auto free = must_be_free(url); !free) return tl::unexpected(free.error());
    }
    auto child = wire::Process::start({.command = launch->command,
                                       .environment = launch->environment,
                                       .without = launch->without});
    if (!child) return tl::unexpected(child.error());
    spawned.child = std::move(*child);
    const Unready unready = wait_until_ready(*spawned.child, url, how);
    spawned.problem = unready.problem;
    spawned.answered = unready.answered;
    spawned.processor_time = spawned.child->processor_time();
    spawned.reached = {.url = launch->url};
    // It has to be told its URL, and what to speak TLS with, from the start.
    if (unready.ipv6 || (unready.tls && plan.url.empty())) {
      plan.url = other_url(plan.url, unready);
      if (unready.ipv6) notes.push_back(unready.problem);
      spawned.child->stop();
      continue;
    }
    const bool is_endpoint = plan.mode != check::Mode::authorization_server;
    if (unready.problem.empty() && is_endpoint) spawned.reached = follow_redirect(url, how);
    const bool ended = spawned.child->wait(base::Deadline::after(milliseconds{0})).has_value();
    // Some frameworks say nothing when another program has their port, and end.
    const bool silently = ended && !unready.problem.empty() && is_listened_at(url);
    const bool taken = silently || port_was_taken(spawned.child->output());
    spawned.ended = !unready.problem.empty() && !taken && ended;
    // Where its port was taken and it ended, what answers is another program.
    const bool answers = unready.problem.empty() && !(taken && ended);
    if (answers || !taken) break;
  }
  spawned.url = plan.url;
  auto& all_notes = spawned.reached.notes;
  all_notes.insert(all_notes.begin(), notes.begin(), notes.end());
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

/// The first server was ready in time, so one that is late now is late because the machine is busy.
constexpr int kLaterStarts = 3;

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
      return spawn(own, provider.issuer(), kLaterStarts * timeout, stop_requested);
    }();
    if (!spawned) {
      return tl::unexpected(check::NoStart{Kind::impossible, spawned.error().message});
    }
    // A server that answers 503 for good is one to be tested: its issuer may be silent.
    if (!spawned->problem.empty() && !spawned->answered) {
      return tl::unexpected(
          check::NoStart{spawned->ended ? Kind::ended : Kind::silent, spawned->problem});
    }
    return std::make_unique<SpawnedInstance>(std::move(*spawned));
  };
}

}  // namespace run
