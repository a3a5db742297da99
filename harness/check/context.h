#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/redact.h"
#include "common/base/url.h"
#include "harness/check/affinity.h"
#include "harness/check/another.h"
#include "harness/check/binding.h"
#include "harness/check/credential.h"
#include "harness/check/documents.h"
#include "harness/check/front.h"
#include "harness/check/memo.h"
#include "harness/check/profile.h"
#include "harness/check/result.h"
#include "harness/check/secrets.h"
#include "harness/check/stdio_target.h"
#include "harness/check/steadiness.h"
#include "harness/mcp/greeting.h"
#include "harness/oauth/login.h"
#include "harness/wire/connection.h"
#include "mock-idp/idp/mock_idp.h"

namespace check {

/// The server under test as it was found.
struct Target {
  base::Url url;
  Mode mode = Mode::oauth;
  Profile profile;
  mcp::Greeting greeting;
  std::string audience;                      ///< `aud` of the control
  std::vector<std::string> scopes;           ///< of the control: all that is known to be needed
  std::vector<std::string> required_scopes;  ///< that every request needs; empty: unknown or none
  /// The scopes above are only what we told the target through REQUIRED_SCOPE: neither its
  /// metadata, nor a challenge, nor its profile says that it knows them.
  bool scopes_assumed = false;
  /// Why its certificate is not to be trusted; empty: it is, or there is none.
  std::string certificate_problem;
  bool spawned = false;
  /// A tool call that good credentials succeed with, where they are judged when a tool is called.
  std::optional<mcp::Operation> call;
  std::string tools;  ///< the result of tools/list, JSON text
  std::optional<Tool> witness;
  std::optional<Tool> identity;
  std::optional<Tool> scoped;
  std::optional<Tool> relay;  ///< setting "upstream"
  std::optional<HandleTools> handle;
  /// What the control's request got when the target was set up: what was granted to others is
  /// compared with it.
  mcp::Answer control_answer;
  std::optional<RateLimit> rate_limit;  ///< setting "rate-limit"
  std::vector<std::string> settings;    ///< that it was found to have; see setting.h
  /// Why a target of a modern revision was not tested with the sessions of an older one: "answers
  /// initialize with 400"; empty where it was, or where that was not tried.
  std::string no_sessions;
  /// A legacy session accepts only the token that began it, not another one of its user.
  bool session_per_token = false;

  mcp::Revision revision() const { return greeting.revision; }
  mcp::Era era() const { return greeting.era; }
  mcp::Framing framing() const;
  /// The request that good credentials succeed with.
  mcp::Operation control() const {
    return profile.operation.value_or(call.value_or(mcp::Operation::list_tools()));
  }
};

/// How the control's token looks: found by trying (the catalogue's "Calibration").
struct Calibration {
  std::string alg;
  std::optional<std::string> typ;
  bool accepted = false;
  std::vector<std::string> tried;  ///< "ES256 at+jwt: 401", for the report
};

/// A refused response of the run, with what was sent, for the cases that look at all of them.
struct Refused {
  std::string case_id;
  std::string credential;  ///< the token or header value that was sent; may be empty
  wire::Exchange exchange;
};

/// Teaches the redactor what of a profile no report may show: the values of its header fields, the
/// client's secret and the user's password.
void add_secrets(const Profile& profile, base::Redactor& redactor);

/// An endpoint that redirects: its URL stays what the user named, and requests go straight to where
/// it sends clients. Both are request targets; empty: it does not redirect.
struct Moved {
  std::string from;
  std::string to;
};

/// Completes a request to the target's host: adds the profile's fields, each where it is missing,
/// and addresses the endpoint where it really is.
void complete(wire::Request& request, const Profile& profile, const Moved& moved);

/// What the cases of one run share. Thread-safe but for `set_up`, which comes first.
class Context {
 public:
  struct Options {
    std::string url;
    Moved moved = {};  ///< where that URL redirects to
    Mode mode = Mode::oauth;
    std::optional<mcp::Revision> revision;
    Profile profile;
    std::chrono::milliseconds request_timeout{10'000};
    bool spawned = false;
    bool quick = false;  ///< no long waits
    /// For all that suite `timing` measures.
    std::chrono::milliseconds timing_budget{20'000};
    std::vector<std::string> scopes;  ///< that the target was told to require (REQUIRED_SCOPE)
    /// The target runs in this process on this clock: waiting moves it.
    base::AdjustableClock* shared_clock = nullptr;
    wire::TlsOptions tls;       ///< how the target's certificate is checked
    Certificates certificates;  ///< what is shown to a target over https; none: empty
    Secrets secrets;            ///< that the target was told, where we started it
    Supplied supplied;          ///< the user's own credential; then nothing is minted
    /// Removes the user's secrets from all that is reported; null: one is made. What cases add to
    /// it holds for the complete run.
    std::shared_ptr<base::Redactor> redactor;
    /// Origins that may get the user's secrets, in addition to that of `url`.
    std::vector<std::string> trusted_origins;
    /// Starts a target that speaks over standard input and output; none over HTTP.
    Spawning spawning;
    std::chrono::milliseconds start_timeout{20'000};
    /// Starts one more target over HTTP; none where we did not start the first.
    StartInstance start_instance;
    /// Why there is none, for the cases that need it.
    std::string why_no_instance = "needs a server that we can start once more: --spawn";
  };

  /// `idp` is the issuer that the target trusts, `rogue` one that it does not know.
  Context(Options options, idp::MockIdp& idp, idp::MockIdp& rogue);
  /// Of one more process of the same target, at `url`, which trusts `idp`: what was found out about
  /// the first one holds for it. `original` has to outlive it.
  Context(Context& original, std::string url, idp::MockIdp& idp);
  /// Whether this is such a process, of which only one case knows.
  bool is_another() const { return original_ != nullptr && same_server_ == nullptr; }

  /// The same target in the newest of its older revisions, where it keeps sessions in that one and
  /// none in its own; else null.
  Context* legacy() const { return legacy_.get(); }
  /// Where a case runs: in `legacy` if its last revision is older than the target's.
  Context& view_for(const Needs& needs) {
    return legacy_ && needs.until < target_.revision() ? *legacy_ : *this;
  }

  /// Finds era, revision, control token, scopes and tools. The error is one sentence that says
  /// what is wired wrongly.
  base::Result<void> set_up();
  /// Whether the target refuses anything at all: neither no credential nor garbage is accepted.
  bool refuses_something() const { return refuses_something_; }
  bool fetched_keys() const;

  const Options& options() const { return options_; }
  const Target& target() const { return target_; }
  const Calibration& calibration() const { return calibration_; }
  idp::MockIdp& provider() { return idp_; }
  idp::Issuer& issuer() { return idp_.issuer(); }
  idp::MockIdp& rogue() { return rogue_; }
  base::Redactor& redactor() { return *options_.redactor; }

  const Binding& binding() const { return binding_; }
  /// How connections to the target are encrypted, the control's certificate included.
  wire::TlsOptions tls_options() const;
  wire::Connection connect() const;
  /// Sends a request to the target, completed, and with a proof where its token is bound to a key.
  /// One that was rejected for want of a nonce is sent again with it, unless its proofs are made by
  /// `proofs`. One whose failure may be stray is repeated on a new connection, see Steadiness.
  wire::Exchange exchange(wire::Connection& connection, const wire::Request& request,
                          base::Deadline deadline, const wire::Enough& enough = {},
                          const MakeProofs& proofs = {}, Repeat repeat = Repeat::yes);
  Steadiness& steadiness() { return original_ != nullptr ? original_->steadiness() : steadiness_; }
  Front& front() { return original_ != nullptr ? original_->front() : front_; }
  /// The target over standard input and output; null over HTTP.
  StdioTarget* stdio() { return stdio_.get(); }
  /// What `exchange` does to each request; for requests to the target that go another way.
  void complete(wire::Request& request) const;
  /// When a request that is sent now has to be answered, with `patience` where that is more than
  /// usual; at once when the run is cancelled.
  base::Deadline request_deadline(std::chrono::milliseconds patience = {}) const;

  /// A token recipe like the control's, for a subject.
  jose::Recipe control(std::string_view subject) const;
  /// The good credential, for "alice". Tokens are minted once a minute and shared.
  Credential control_credential();
  /// Its secret alone: a token, a key, or "user:password".
  std::string control_secret();
  /// A secret where the target looks for its credentials.
  Credential carry(std::string_view secret) const;
  /// The text of a token that an issuer of ours gives out: signed, or registered with the issuer
  /// where the target asks it about each token.
  base::Result<std::string> mint(const jose::Recipe& recipe);
  /// Mode oauth-proxy: logs in through the target like a client with a user, who agrees to
  /// everything. The error says which step failed.
  base::Result<void> log_in();
  /// The login whose access token is the control; null in other modes.
  const oauth::Session* login() const {
    if (same_server_ != nullptr) return same_server_->login();
    return login_ ? &*login_ : nullptr;
  }
  /// What the browser does on the target's pages: agrees, as the profile's person.
  oauth::Decide decide() const { return oauth::agreeing(target_.profile.person); }
  /// Where documents are published that the target is to fetch; started when first asked for.
  base::Result<Documents*> documents();
  /// The time of the target, where it runs on a clock that we know; else the system's.
  const base::Clock& target_clock() const;
  /// What is recorded instead of a request that must not be sent; nothing where it may. A secret of
  /// the user's goes only to the origin that the user named, whatever endpoints metadata names.
  std::optional<wire::Exchange> withheld(const base::Url& url, const wire::Request& request) const;
  /// Sends a request to any server, with the profile's fields where that is the target.
  wire::Exchange ask(const base::Url& url, wire::Request request);
  /// How requests are framed now; a legacy session may have been renewed.
  mcp::Framing framing() const;
  /// Begins a new legacy session with the control's token; false if the target refuses.
  bool renew_session();
  /// Whether the run's session accepts that credential, if it is valid.
  bool session_takes(const Credential& credential);
  /// What several cases want to know and one finds out, by name; see Memo.
  template <typename T>
  const T& once(std::string_view name, const std::function<T()>& make) {
    return original_ != nullptr ? original_->once<T>(name, make) : memo_.once<T>(name, make);
  }
  /// Seconds past `exp` for which tokens are still accepted; measured once, by bisection.
  /// Nothing when it could not be measured.
  std::optional<std::chrono::seconds> leeway(class Probe& probe);

  /// A fact by its name replaces what was known under it; under a name such as "timing[]" several
  /// are kept.
  void note(std::string_view name, std::string_view json);
  std::vector<Observation> observations() const;
  void remember_refused(Refused refused);
  /// From now on refusals are not remembered: this process was started otherwise than the target.
  void forget_refused() { remembers_refused_ = false; }
  std::vector<Refused> refused() const;
  /// Counts one more exchange; gives its number, which no other exchange of the run has.
  std::size_t count_exchange() {
    return same_server_ != nullptr ? same_server_->count_exchange() : ++exchange_count_;
  }
  std::size_t exchanges_counted() const { return exchange_count_; }

  /// Ends waits early. Safe to call from a signal's thread.
  void cancel() {
    cancelled_ = true;
    if (stdio_ != nullptr) stdio_->cancel();
  }
  bool cancelled() const { return cancelled_ || (original_ != nullptr && original_->cancelled()); }
  /// Waits in slices that `cancel` ends; tells `on_wait` why.
  bool wait(std::chrono::milliseconds span, std::string_view reason);
  std::function<void(std::string_view reason, std::chrono::milliseconds span)> on_wait;
  /// Waits in real time, whatever clock the target has; false if the run is being ended.
  bool pause(std::chrono::milliseconds span) const;

 private:
  friend class SetUp;
  /// The same server as it speaks after another greeting. `same_server` has to outlive it.
  Context(Context& same_server, mcp::Greeting greeting);
  wire::Exchange exchange_once(wire::Connection& connection, const wire::Request& request,
                               base::Deadline deadline, const wire::Enough& enough,
                               const MakeProofs& proofs);
  std::string control_token();
  std::string login_token();
  Options options_;
  Context* original_ = nullptr;
  Context* same_server_ = nullptr;  ///< then the original is that one
  std::unique_ptr<Context> legacy_;
  idp::MockIdp& idp_;
  idp::MockIdp& rogue_;
  Target target_;
  Binding binding_;
  Affinity affinity_;
  Calibration calibration_;
  std::unique_ptr<StdioTarget> stdio_;
  bool refuses_something_ = true;
  std::atomic<bool> cancelled_{false};
  std::atomic<std::size_t> exchange_count_{0};
  mutable std::mutex mutex_;
  std::string session_id_;
  Credential session_owner_;  ///< that began it, where it was renewed
  std::string token_;
  base::Time token_minted_;
  std::optional<oauth::Session> login_;
  std::unique_ptr<Documents> documents_;
  Memo memo_;
  Steadiness steadiness_;
  Front front_;
  std::vector<Observation> observations_;
  std::vector<Refused> refused_;
  bool remembers_refused_ = true;
  std::mutex leeway_mutex_;
  std::optional<std::optional<std::chrono::seconds>> leeway_;
};

}  // namespace check
