#include "harness/check/context.h"

#include <fmt/core.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/probe.h"
#include "harness/check/set_up.h"
#include "harness/check/stdio_token.h"

namespace check {
namespace {

using std::chrono::milliseconds;

/// A control token lives for minutes; one that is minted anew each minute never runs out in use.
constexpr std::chrono::seconds kControlLife{60};
constexpr std::size_t kMaxRefused = 5'000;
constexpr std::size_t kMaxRefusedBody = 32UL << 10;
/// Shorter values are words like "https": to hide them would garble every report.
constexpr std::size_t kMinSecret = 8;

/// The scopes in the claim where the target looks for them.
void set_scopes(jose::Recipe& recipe, const std::string& claim,
                const std::vector<std::string>& scopes) {
  if (claim == "scope") return;  // the issuer's own form
  recipe.claims.erase("scope");
  std::string list;
  for (const std::string& scope : scopes) {
    list += (list.empty() ? "" : ",") + base::json_string(scope);
  }
  recipe.claims.set(claim, "[" + list + "]");
}

}  // namespace

void add_secrets(const Profile& profile, base::Redactor& redactor) {
  for (const base::Header& header : profile.headers) {
    if (header.value.size() >= kMinSecret) redactor.add(header.value);
  }
  const OwnClient& client = profile.client;
  redactor.add(client.secret);
  // As HTTP Basic carries it (RFC 6749, section 2.3.1).
  if (!client.secret.empty()) {
    redactor.add(base::base64_encode(base::percent_encode(client.id) + ":" +
                                     base::percent_encode(client.secret)));
  }
  const std::string& password = profile.person.password;
  if (password != oauth::Person{}.password) redactor.add(password);
}

void complete(wire::Request& request, const Profile& profile, const Moved& moved) {
  for (const base::Header& field : profile.headers) {
    const auto& fields = request.headers;
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) {
      request.headers.push_back(field);
    }
  }
  if (moved.from.empty() || !request.target.starts_with(moved.from)) return;
  const std::string rest = request.target.substr(moved.from.size());
  if (rest.empty() || rest.front() == '?') request.target = moved.to + rest;
}

mcp::Framing Target::framing() const {
  return {.target = url.target(),
          .revision = greeting.revision,
          .session_id = greeting.session_id,
          .protocol_version = greeting.protocol_version};
}

Context::Context(Options options, idp::MockIdp& idp, idp::MockIdp& rogue)
    : options_(std::move(options)), idp_(idp), rogue_(rogue) {
  target_.mode = options_.mode;
  target_.profile = options_.profile;
  target_.spawned = options_.spawned;
  if (options_.redactor == nullptr) options_.redactor = std::make_shared<base::Redactor>();
  add_secrets(options_.profile, *options_.redactor);
  add_secrets(options_.supplied, *options_.redactor);
  // How a target asks is for cases to judge; here it has to be answered.
  if (target_.mode == Mode::introspection) idp_.issuer().opaque_tokens().answer_anybody();
  if (options_.spawning) {
    Secrets secrets = options_.secrets;
    stdio_ = std::make_unique<StdioTarget>(options_.spawning, std::move(secrets),
                                           options_.start_timeout);
  }
}

Context::Context(Context& original, std::string url, idp::MockIdp& idp)
    : options_(original.options_),
      original_(&original),
      idp_(idp),
      rogue_(original.rogue_),
      target_(original.target_),
      binding_(original.binding_),
      calibration_(original.calibration_) {
  options_.url = std::move(url);
  if (options_.shared_clock != nullptr) options_.shared_clock = &idp.clock();
  on_wait = original.on_wait;
  const auto place = base::parse_url(options_.url);
  if (!place) return;  // the instance answered there
  // An audience that is the server's own URL moves along with it.
  target_.audience = base::replace_all(target_.audience, target_.url.origin(), place->origin());
  target_.url = *place;
}

Context::Context(Context& same_server, mcp::Greeting greeting)
    : options_(same_server.options_),
      original_(&same_server),
      same_server_(&same_server),
      idp_(same_server.idp_),
      rogue_(same_server.rogue_),
      target_(same_server.target_),
      binding_(same_server.binding_),
      calibration_(same_server.calibration_),
      refuses_something_(same_server.refuses_something_) {
  target_.greeting = std::move(greeting);
}

base::Result<void> Context::set_up() { return SetUp(*this).run(); }

bool Context::fetched_keys() const {
  const std::string_view endpoint = target_.mode == Mode::introspection ? "introspection"
                                    : target_.mode == Mode::userinfo    ? "userinfo"
                                                                        : "jwks";
  return idp_.journal().count([&](const idp::Entry& entry) { return entry.endpoint == endpoint; }) >
         0;
}

wire::TlsOptions Context::tls_options() const {
  wire::TlsOptions tls = options_.tls;
  tls.certificate = options_.certificates.client;
  // What is minted here is no secret: a case says what is wrong with the certificate.
  if (!target_.certificate_problem.empty()) tls.verify = false;
  return tls;
}

wire::Connection Context::connect() const { return wire::Connection(target_.url, tls_options()); }

wire::Exchange Context::exchange(wire::Connection& connection, const wire::Request& request,
                                 base::Deadline deadline, const wire::Enough& enough,
                                 const MakeProofs& proofs, Repeat repeat) {
  const auto send = [&](base::Deadline until, bool fresh) {
    if (fresh) connection.close();
    return exchange_once(connection, request, until, enough, proofs);
  };
  const auto moment = [this](milliseconds span) { return this->pause(span); };
  return steadiness().steadily(send, moment, deadline, options_.request_timeout, repeat);
}

wire::Exchange Context::exchange_once(wire::Connection& connection, const wire::Request& request,
                                      base::Deadline deadline, const wire::Enough& enough,
                                      const MakeProofs& proofs) {
  for (bool again = true;; again = false) {
    wire::Request proven = request;
    complete(proven);
    affinity_.attach(proven);
    const std::size_t unproven = proven.headers.size();
    binding_.prove(proven, target_.url.origin(), idp_.clock().epoch_seconds(), proofs);
    wire::Exchange exchange = connection.exchange(proven, deadline, enough);
    binding_.learn(exchange);
    affinity_.learn(exchange);
    const bool ours = !proofs && proven.headers.size() > unproven;
    if (!again || !ours || !wants_nonce(exchange)) return exchange;
  }
}

void Context::complete(wire::Request& request) const {
  check::complete(request, target_.profile, options_.moved);
}

base::Deadline Context::request_deadline(milliseconds patience) const {
  const milliseconds span = std::max(options_.request_timeout, patience);
  return base::Deadline::after(cancelled() ? milliseconds{0} : span);
}

jose::Recipe Context::control(std::string_view subject) const {
  if (target_.mode == Mode::stdio_jwt) {
    jose::Recipe recipe = stdio_token(options_.secrets.jwt_secret, subject, target_.scopes,
                                      idp_.clock().epoch_seconds());
    for (const auto& [name, json] : target_.profile.claims) recipe.claims.set(name, json);
    return recipe;
  }
  const std::string alg = target_.mode == Mode::jwt_shared ? "" : calibration_.alg;
  auto recipe = idp_.issuer().token({}, {.audience_json = base::json_string(target_.audience),
                                         .scope = base::join(target_.scopes, " "),
                                         .alg = alg});
  // The algorithm was checked against the provider when it was chosen.
  if (!recipe) return {};
  if (calibration_.typ) {
    recipe->header.set_string("typ", *calibration_.typ);
  } else {
    recipe->header.erase("typ");
  }
  if (target_.mode == Mode::jwt_shared) {
    recipe->header.erase("kid");
    recipe->signed_with_secret(options_.secrets.jwt_secret, calibration_.alg);
  }
  recipe->claims.set_string("sub", subject);
  // Userinfo tells no audience: the tokens of this mode are for the target's own client.
  if (target_.mode == Mode::userinfo && target_.spawned) {
    recipe->claims.set_string("client_id", options_.secrets.client_id);
  }
  const Profile& profile = target_.profile;
  // The persona has put them there itself, where it is its own claim.
  if (!profile.persona || profile.scope_claim != idp::habits_of(*profile.persona).scope_claim) {
    set_scopes(*recipe, profile.scope_claim, target_.scopes);
  }
  binding_.bind(*recipe);
  for (const auto& [name, json] : target_.profile.claims) recipe->claims.set(name, json);
  return *recipe;
}

Credential Context::carry(std::string_view secret) const {
  if (binding_.dpop) return authorization(fmt::format("DPoP {}", secret));
  return check::carry(target_.mode, target_.profile, secret);
}

Credential Context::control_credential() { return carry(control_secret()); }

base::Result<std::string> Context::mint(const jose::Recipe& recipe) {
  if (!modes::contains(modes::opaque(), target_.mode)) return recipe.mint();
  const idp::Persona persona = target_.profile.persona.value_or(idp::Persona::generic);
  if (idp::habits_of(persona).opaque) return idp_.issuer().issue(recipe);
  // An authorization server calls no token active that has expired (RFC 7662, section 4).
  return idp_.issuer().opaque_tokens().add(recipe, {.checked = true});
}

std::string Context::control_secret() {
  if (same_server_ != nullptr) return same_server_->control_secret();
  if (options_.supplied.given()) return options_.supplied.text;
  const Secrets& secrets = options_.secrets;
  switch (target_.mode) {
    case Mode::none:
    case Mode::stdio_env:
      return {};
    case Mode::in_band:
    case Mode::stdio_argument:
      return secrets.api_key;
    case Mode::bearer:
      return secrets.bearer_token;
    case Mode::api_key:
      return secrets.api_key;
    case Mode::basic:
      return secrets.basic_user + ":" + secrets.basic_password;
    case Mode::oauth_proxy:
      return login_token();
    default:
      return control_token();
  }
}

std::string Context::control_token() {
  const base::Time now = idp_.clock().now();
  const std::lock_guard lock(mutex_);
  const auto age = now - token_minted_;
  if (token_.empty() || age > kControlLife || age < std::chrono::seconds{0}) {
    token_ = mint(control("alice")).value_or("");
    token_minted_ = now;
  }
  return token_;
}

mcp::Framing Context::framing() const {
  mcp::Framing framing = target_.framing();
  const std::lock_guard lock(mutex_);
  if (!session_id_.empty()) framing.session_id = session_id_;
  return framing;
}

bool Context::renew_session() {
  if (target_.greeting.session_id.empty()) return false;
  const Credential credential = control_credential();
  wire::Connection connection = connect();
  const auto greeting = mcp::greet(
      [&](wire::Request request, std::string_view id) {
        for (const auto& header : credential.headers) request.headers.push_back(header);
        return mcp::interpret(exchange(connection, request, request_deadline()), id);
      },
      target_.url.target(), target_.greeting.revision);
  if (!greeting.ok() || greeting.session_id.empty()) return false;
  const std::lock_guard lock(mutex_);
  session_id_ = greeting.session_id;
  session_owner_ = credential;
  return true;
}

bool Context::session_takes(const Credential& credential) {
  if (!target_.session_per_token) return true;
  // The control's token is replaced every minute: then its session is as well.
  if (credential.headers == control_credential().headers) {
    const bool began = [&] {
      const std::lock_guard lock(mutex_);
      return session_owner_.headers == credential.headers;
    }();
    return began || renew_session();
  }
  return false;
}

void Context::note(std::string_view name, std::string_view json) {
  if (original_ != nullptr) return original_->note(name, json);
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(observations_.begin(), observations_.end(),
                                  [&](const Observation& one) { return one.first == name; });
  // A name with brackets collects.
  if (known != observations_.end() && !name.ends_with("[]")) {
    known->second = json;
  } else {
    observations_.emplace_back(name, json);
  }
}

std::vector<Observation> Context::observations() const {
  const std::lock_guard lock(mutex_);
  return observations_;
}

void Context::remember_refused(Refused refused) {
  if (!remembers_refused_) return;
  if (original_ != nullptr) return original_->remember_refused(std::move(refused));
  wire::Exchange& exchange = refused.exchange;
  exchange.raw_response = {};
  if (exchange.response && exchange.response->body.size() > kMaxRefusedBody) {
    exchange.response->body.resize(kMaxRefusedBody);
    exchange.response->body.shrink_to_fit();
  }
  const std::lock_guard lock(mutex_);
  if (refused_.size() < kMaxRefused) refused_.push_back(std::move(refused));
}

std::vector<Refused> Context::refused() const {
  if (same_server_ != nullptr) return same_server_->refused();
  const std::lock_guard lock(mutex_);
  return refused_;
}

bool Context::wait(milliseconds span, std::string_view reason) {
  if (same_server_ != nullptr) return same_server_->wait(span, reason);
  if (options_.shared_clock != nullptr) {
    options_.shared_clock->advance(span);
    return !cancelled();
  }
  if (on_wait) on_wait(reason, span);
  return pause(span);
}

bool Context::pause(milliseconds span) const {
  constexpr milliseconds kSlice{50};
  const auto deadline = base::Deadline::after(span);
  while (!cancelled() && !deadline.passed()) {
    std::this_thread::sleep_for(std::min(kSlice, deadline.left()));
  }
  return !cancelled();
}

}  // namespace check
