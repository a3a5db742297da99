#include "harness/run/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>

#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/run/detect.h"
#include "harness/run/facts.h"
#include "harness/run/lookout.h"
#include "harness/run/redact.h"
#include "harness/run/runner.h"
#include "harness/run/spawn.h"

namespace run {
namespace {

using std::chrono::milliseconds;

std::atomic<bool> stop_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

constexpr std::string_view kUsualScope = "mcp:tools";
/// Processor time; a machine that is busy does not make it longer. Interpreters need 1 to 3 s.
constexpr milliseconds kCheapStart{4'000};

/// The error is for a wrong call: no URL, not absolute, or off this machine without permission.
base::Result<base::Url> usable_url(const std::string& text, bool allow_remote) {
  auto url = base::parse_url(text);
  if (!url) return url;
  if (url->has_fragment) return base::fail(fmt::format("{}: a fragment is never sent", text));
  if (url->has_userinfo) {
    return base::fail(
        fmt::format("{}://{}…: credentials do not belong into a URL", url->scheme, url->host));
  }
  if (!url->is_loopback() && !allow_remote) {
    return base::fail(fmt::format(
        "{} is not on this machine; --allow-remote says that you may test it", url->host));
  }
  return url;
}

/// The scopes that a server we start is told to require.
std::vector<std::string> scopes_to_require(const check::Profile& profile) {
  const auto own = profile.env.find("REQUIRED_SCOPE");
  if (own != profile.env.end()) return base::words(own->second);
  if (!profile.scopes.empty()) return profile.scopes;
  return {std::string(kUsualScope)};
}

/// One run: what it needs is started in order and ended in the opposite one.
class Execution {
 public:
  Execution(const Options& options, const Listener& listener)
      : options_(options),
        listener_(listener),
        deadline_(base::Deadline::after(options.deadline)),
        began_(std::chrono::steady_clock::now()) {
    result_.started = base::system_clock().now();
    mode_ = options.mode.value_or(options.profile.mode.value_or(check::Mode::oauth));
    profile_ = options.profile;
    check::add_secrets(options.profile, *redactor_);
    check::add_secrets(options.supplied, *redactor_);
  }

  base::Result<check::RunResult> run() {
    auto selected = select(options_.suites, options_.cases, options_.skips);
    if (!selected) return tl::unexpected(selected.error());
    cases_ = std::move(*selected);
    result_.planned = cases_.size();

    const std::string given = options_.url.empty() ? profile_.url : options_.url;
    if (!options_.find_mode && is_stdio() && options_.spawn.empty()) {
      return base::fail(fmt::format("mode {} is about a server that is started: --spawn COMMAND",
                                    check::to_string(mode_)));
    }
    if (options_.spawn.empty()) {
      if (given.empty()) return base::fail("no server to test: give its URL or --spawn a command");
      if (auto url = usable_url(given, options_.allow_remote); !url) {
        return tl::unexpected(url.error());
      }
      url_ = given;
    }
    if (auto started = start_providers(); !started) return tl::unexpected(started.error());
    if (auto made = prepare_certificates(); !made) return tl::unexpected(made.error());
    if (options_.find_mode) {
      if (auto found = find_mode(given); !found) return tl::unexpected(found.error());
    }
    if (result_.problem.empty()) {
      if (auto started = start_target(given); !started) return tl::unexpected(started.error());
    }
    result_.target.mode = check::to_string(mode_);
    result_.target.url = url_;
    if (check::modes::contains(check::modes::metadata(), mode_)) {
      result_.target.issuer = provider_->issuer().url();
    }
    test();
    finish();
    return std::move(result_);
  }

 private:
  bool is_stdio() const { return check::modes::contains(check::modes::stdio(), mode_); }

  base::Result<void> start_target(const std::string& url) {
    if (is_stdio()) return plan_stdio();
    if (!options_.spawn.empty()) return start_server(url);
    reach_server();
    return {};
  }

  /// A server that is running already.
  void reach_server() {
    if (mode_ == check::Mode::authorization_server) return;
    Knocking how{.tls = options_.tls,
                 .headers = profile_.headers,
                 .start_timeout = options_.start_timeout,
                 .stop_requested = [this] { return stop_requested() || deadline_.passed(); }};
    // A profile's fields may be secrets, which go only to whom the user trusts.
    if (profile_.headers.empty()) how.tls.verify = false;
    // Cannot fail: usable_url() accepted it.
    const Reached reached = reach(*base::parse_url(url_), how);
    result_.problem = reached.problem;
    if (!reached.notes.empty()) take(reached);
  }

  void take(const Reached& reached) {
    url_ = reached.url;
    moved_ = reached.moved;
    result_.target.notes = reached.notes;
  }

  /// Starts the target with what any mode needs, asks it, and ends it again: what is judged was
  /// started for its mode alone, and has a provider that nobody asked anything yet.
  base::Result<void> find_mode(const std::string& url) {
    if (auto started = start_unknown(url); !started) return started;
    if (!result_.problem.empty()) return {};
    const Unknown target{.settings = [this](check::Mode mode) { return settings(mode); },
                         .stdio = spawning_ != nullptr,
                         .allowed = options_.supplied_for,
                         .stop = [this] { return stop_reason() || deadline_.passed(); }};
    Detected found = detect(target, *provider_, *rogue_);
    mode_ = found.mode;
    result_.target.mode_evidence = found.evidence;
    result_.problem = stop_reason().value_or(found.problem);
    if (deadline_.passed()) result_.problem = "the run's deadline passed before the mode was known";
    if (!result_.problem.empty() || options_.spawn.empty()) return {};
    child_.reset();
    spawning_ = nullptr;
    also_.clear();
    profile_ = options_.profile;
    provider_.reset();
    rogue_.reset();
    return start_providers();
  }

  /// What answers no HTTP may be a server over standard input and output, unless something says
  /// where it is reached.
  base::Result<void> start_unknown(const std::string& url) {
    if (options_.spawn.empty()) {
      reach_server();
      return {};
    }
    also_ = check::modes::http();
    if (auto started = start_server(url); !started) return started;
    const bool may_talk = url.empty() && !uses(options_.spawn, "port");
    if (result_.problem.empty() || !may_talk || stop_requested()) return {};
    also_ = check::modes::stdio();
    const std::string http_url = url_;
    if (auto planned = plan_stdio(); !planned) return planned;
    const auto process = spawning_(secrets_);
    if (!process ||
        !mcp::speaks_stdio(*process, options_.start_timeout, [] { return stop_requested(); })) {
      spawning_ = nullptr;
      url_ = http_url;
      result_.target.mode_evidence = "nothing: it is a guess";
      return {};
    }
    child_.reset();
    result_.problem.clear();
    return {};
  }

  base::Result<void> start_providers() {
    auto provider = idp::MockIdp::start(
        {.port = options_.idp_port, .persona = profile_.persona.value_or(idp::Persona::generic)});
    if (!provider) return base::fail("the identity provider: " + provider.error().message);
    provider_ = std::move(*provider);
    auto rogue = idp::MockIdp::start({.pool_index = 1});
    if (!rogue) return base::fail("the second identity provider: " + rogue.error().message);
    rogue_ = std::move(*rogue);
    return {};
  }

  /// A server that we start trusts an authority of ours, and we it; others know the user's at best.
  base::Result<void> prepare_certificates() {
    if (!options_.spawn.empty()) {
      auto made = check::make_certificates();
      if (!made) return tl::unexpected(made.error());
      certificates_ = std::move(*made);
    }
    if (!options_.tls.certificate.certificate.empty()) {
      certificates_.client = options_.tls.certificate;
    }
    return {};
  }

  std::string second_issuer() {
    return profile_.second_issuer ? provider_->issuer(check::kSecondIssuer).url() : "";
  }

  base::Result<void> start_server(const std::string& url) {
    scopes_ = scopes_to_require(profile_);
    const SpawnPlan plan{.command = options_.spawn,
                         .url = url,
                         .profile = profile_,
                         .scopes = scopes_,
                         .second_issuer = second_issuer(),
                         .mode = mode_,
                         .secrets = secrets_,
                         .certificates = certificates_,
                         .also = also_};
    // The provider's port stands for any: what is wrong in the plan is said before it starts.
    if (auto tried = prepare(plan, provider_->port(), provider_->issuer()); !tried) {
      return tl::unexpected(tried.error());
    } else if (auto usable = usable_url(tried->url, options_.allow_remote); !usable) {
      return tl::unexpected(usable.error());
    }
    auto spawned = spawn(plan, provider_->issuer(), options_.start_timeout, stop_requested);
    if (!spawned) return tl::unexpected(spawned.error());
    child_ = std::move(spawned->child);
    SpawnPlan more = plan;
    more.url = spawned->url;
    more_ = more_by(std::move(more), options_.start_timeout, stop_requested);
    if (more_ == nullptr) {
      why_no_more_ = "needs one more server: write {{port}} in the URL, so that it gets a port";
    } else if (options_.quick && spawned->processor_time > kCheapStart) {
      more_ = nullptr;
      why_no_more_ = fmt::format(
          "--quick does not start a server again that uses {:.0f} s of processor time to start",
          static_cast<double>(spawned->processor_time.count()) / 1000);
    }
    take(spawned->reached);
    result_.problem = spawned->problem;
    result_.target.spawned = spawned->launch.command;
    // As it was told, wherever it is reached. An authorization server alone has no audience.
    if (mode_ != check::Mode::authorization_server || !profile_.audience.empty()) {
      profile_.audience = spawned->launch.audience;
    }
    return {};
  }

  /// A server that speaks over standard input and output is started, and started again, by the
  /// cases; what is wrong in the plan is said before.
  base::Result<void> plan_stdio() {
    scopes_ = scopes_to_require(profile_);
    const SpawnPlan plan{.command = options_.spawn,
                         .url = "",
                         .profile = profile_,
                         .scopes = scopes_,
                         .mode = mode_,
                         .secrets = secrets_,
                         .also = also_};
    const auto tried = prepare_stdio(plan, secrets_, provider_->issuer());
    if (!tried) return tl::unexpected(tried.error());
    result_.target.spawned = tried->command;
    url_ = mcp::kStdioUrl;
    spawning_ = [this, plan](const check::Secrets& secrets) {
      return prepare_stdio(plan, secrets, provider_->issuer());
    };
    return {};
  }

  check::Context::Options settings(check::Mode mode) const {
    check::Context::Options settings;
    settings.url = url_;
    settings.moved = moved_;
    settings.mode = mode;
    settings.revision = options_.revision ? options_.revision : profile_.revision;
    settings.profile = profile_;
    settings.request_timeout = options_.timeout;
    settings.spawned = child_ != nullptr || spawning_;
    settings.spawning = spawning_;
    settings.start_instance = more_;
    if (!why_no_more_.empty()) settings.why_no_instance = why_no_more_;
    settings.start_timeout = options_.start_timeout;
    settings.quick = options_.quick;
    settings.timing_budget = options_.timing_budget;
    settings.scopes = scopes_;
    settings.secrets = secrets_;
    settings.tls = options_.tls;
    settings.tls.ca += certificates_.ca;
    settings.certificates = certificates_;
    settings.supplied = options_.supplied;
    settings.redactor = redactor_;
    settings.trusted_origins = options_.trusted_origins;
    // There the client's credential is what the process is started with.
    if (mode == check::Mode::stdio_env && options_.supplied.given()) {
      settings.secrets.api_key = options_.supplied.text;
      settings.secrets.api_key_sha256.clear();
    }
    return settings;
  }

  void test() {
    check::Context context(settings(mode_), *provider_, *rogue_);
    if (result_.problem.empty()) set_up(context);
    if (listener_.on_plan) listener_.on_plan(result_.target, result_.planned);
    if (!result_.problem.empty()) return emit_untested();

    run_cases_until([this] { return stop_reason(); }, context, cases_, options_.jobs, deadline_,
                    listener_, result_);
    if (child_ && child_->ended()) result_.problem = *stop_reason();
    note_run(context);
    if (check::StdioTarget* stdio = context.stdio()) {
      result_.target.output = stdio->output();
    }
    result_.target.dialect = dialect_of(context.refused());
    result_.target.framework = framework_of(context.refused());
    result_.observations = context.observations();
  }

  void set_up(check::Context& context) {
    const Lookout lookout([&] {
      if (!stop_reason() && !deadline_.passed()) return false;
      context.cancel();
      return true;
    });
    const auto ready = context.set_up();
    add_greeting(result_.target, context);
    if (ready) return;
    result_.problem = ready.error().message;
    if (deadline_.passed()) {
      result_.problem = "the run's deadline passed before the server was known";
    }
    if (auto reason = stop_reason()) result_.problem = *reason;
  }

  std::optional<std::string> stop_reason() {
    if (stop_requested()) return "the run was interrupted";
    if (!child_) return std::nullopt;
    const auto ended = child_->ended();
    if (!ended) return std::nullopt;
    const std::string words = child_->last_words();
    return fmt::format("the server ended: {}{}", *ended, words.empty() ? "" : ": " + words);
  }

  /// Nothing can be judged: every case says why.
  void emit_untested() {
    result_.problem = redactor_->apply(result_.problem);
    const auto revision = options_.revision.value_or(mcp::kNewest);
    for (const check::Case& subject : cases_) {
      const auto& modes = subject.needs.modes;
      const bool applies = std::find(modes.begin(), modes.end(), mode_) != modes.end();
      result_.cases.push_back(
          without_running(subject, revision,
                          applies ? check::Finding::undecided(result_.problem)
                                  : check::Finding::skipped(fmt::format("does not apply to mode {}",
                                                                        check::to_string(mode_)))));
      if (listener_.on_result) listener_.on_result(result_.cases.back());
    }
  }

  void finish() {
    result_.interrupted = stop_requested();
    if (child_) {
      child_->stop();
      result_.target.output = child_->output();
    }
    redact(result_, *redactor_);
    result_.duration =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
  }

  const Options& options_;
  const Listener& listener_;
  const base::Deadline deadline_;
  const std::chrono::steady_clock::time_point began_;
  check::Mode mode_ = check::Mode::oauth;
  check::Profile profile_;
  const std::shared_ptr<base::Redactor> redactor_ = std::make_shared<base::Redactor>();
  std::vector<check::Case> cases_;
  check::Secrets secrets_ = check::random_secrets();
  check::Modes also_;  ///< while the mode is not known: what else it may be
  check::Certificates certificates_;
  std::vector<std::string> scopes_;
  std::string url_;
  check::Moved moved_;
  check::RunResult result_;
  std::unique_ptr<idp::MockIdp> provider_;
  std::unique_ptr<idp::MockIdp> rogue_;
  std::unique_ptr<wire::Process> child_;
  check::Spawning spawning_;
  check::StartInstance more_;
  std::string why_no_more_;
};

}  // namespace

base::Result<check::RunResult> execute(const Options& options, const Listener& listener) {
  return Execution(options, listener).run();
}

void request_stop() { stop_flag = true; }

bool stop_requested() { return stop_flag; }

}  // namespace run
