#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/case.h"
#include "harness/check/context.h"
#include "harness/check/credential.h"
#include "harness/check/finding.h"
#include "harness/check/steadiness.h"
#include "harness/mcp/protocol.h"
#include "mock-idp/jose/recipe.h"

namespace check {

/// One request to the target: the control's operation unless told otherwise.
struct Attempt {
  Credential credential;
  std::optional<mcp::Operation> operation;
  /// The last touch: request line, headers, body.
  std::function<void(wire::Request&)> edit;
  /// Legacy servers with sessions: begin a session with this credential instead of using the
  /// control's. For good tokens of another subject.
  bool own_session = false;
  /// The legacy session that it names instead of the run's; an empty one: none.
  std::optional<std::string> session = {};
  /// The proofs to send with a token that is bound to a key, instead of the good one.
  MakeProofs proofs = {};
  /// The client's certificate instead of the control's, on a connection of its own; an empty one:
  /// none is shown.
  std::optional<tls::Identity> certificate = {};
  /// How long an answer is waited for, where that is longer than a request of the run may take.
  std::chrono::milliseconds patience{0};
  /// Whether it is sent again where its failure may be stray.
  Repeat repeat = Repeat::yes;
};

/// What counts as refused as specified.
struct Refusal {
  std::vector<int> statuses = {401};  ///< empty: any 4xx
  bool challenge = true;  ///< a 401 has to carry WWW-Authenticate (RFC 9110, section 15.5.2)
  Impact on_error = Impact::failure;  ///< of a status of 500 or more that is not among `statuses`
};

/// The one change that makes a good token bad (or another good one).
using Change = std::function<void(jose::Recipe& token)>;
using ChangeOfProbe = std::function<void(jose::Recipe& token, Probe& probe)>;

/// Everything that the body of a case may touch. One per running case; not thread-safe.
class Probe {
 public:
  /// No request of the case is waited for beyond `limit`.
  Probe(Context& context, const Case& subject, wire::Connection& connection,
        base::Deadline limit = base::Deadline::after(std::chrono::hours{1}));

  const Target& target() const { return context_.target(); }
  const Case& subject() const { return subject_; }
  base::Deadline limit() const { return limit_; }
  Context& context() { return context_; }

  // Tokens.
  /// A fresh token like the control: what the target was seen to accept.
  jose::Recipe good();
  /// The same for another subject.
  jose::Recipe good_for(std::string_view subject);
  std::string mint(const jose::Recipe& recipe);  ///< empty and noted as an error if it fails
  Credential good_credential();
  /// The scheme that good tokens come behind: Bearer, or DPoP where they are bound to a key.
  std::string scheme() const { return std::string(context_.binding().scheme()); }
  /// A secret where this target looks for its credentials.
  Credential carry(std::string_view secret) const;

  /// When a request that is sent now has to be answered.
  base::Deadline deadline(std::chrono::milliseconds patience = {}) const;

  // Requests. Each is recorded; a 429 is waited out and the request sent again. A result that is
  // none of what the control got is an answer of kind `denied`.
  mcp::Answer send(const Attempt& attempt);
  /// Any request at all to the target's host, recorded as well: metadata, other paths.
  wire::Exchange fetch(wire::Request request);
  /// The same, but a 429 is not waited out.
  wire::Exchange fetch_once(wire::Request request);
  /// The same to another place, such as the target's host without TLS, on a connection of its own.
  wire::Exchange fetch_from(const base::Url& server, wire::Request request);
  /// The same on a connection of its own, read until `enough` of the answer is there: for streams
  /// that stay open. Ends after `span` at the latest.
  wire::Exchange fetch_until(wire::Request request, const wire::Enough& enough,
                             std::chrono::milliseconds span);
  wire::Exchange get(std::string_view target, const base::Headers& headers = {});
  /// A GET to any URL, such as an authorization server's metadata.
  wire::Exchange get_url(std::string_view url);
  /// Any request to any server, recorded as well.
  wire::Exchange ask(const base::Url& url, wire::Request request);

  // Targets over standard input and output (Context::stdio).
  /// Starts and greets a process of the case's own with other secrets.
  mcp::StdioGreeting start_process(const Secrets& secrets);
  /// The control, with that credential, to such a process.
  mcp::Answer send_to(mcp::StdioGreeting& process, const Credential& credential);

  // Judged requests: the control is sent before and after; refused control → undecided.
  Finding refuses(const Attempt& attempt, const Refusal& refusal = {});
  Finding refuses(const jose::Recipe& token, const Refusal& refusal = {});
  Finding accepts(const Attempt& attempt);
  Finding accepts(const jose::Recipe& token);
  /// Sends it and says what came of it, without judging.
  Finding observes(const Attempt& attempt, std::string_view observation);
  /// Whether good credentials are accepted just now.
  bool control_accepted();
  /// What the last control got.
  const mcp::Answer& last_control() const { return control_; }
  /// Marks a result of the control's operation as `denied` if it is none of what the control got;
  /// for answers that were not sent by `send`.
  mcp::Answer compared(mcp::Answer answer) const;

  /// Waits for wall-clock time to pass; the reason is shown to the user. With a target that
  /// shares our clock, moves the clock instead. False if the run is being ended.
  bool wait(std::chrono::milliseconds span, std::string_view reason);
  /// Waits as long as a 429 says, which is not taken from the time that the case has. False also
  /// where the run has waited for limits long enough.
  bool wait_out(const wire::Exchange& limited);

  /// Notes a measured fact for the report: JSON text.
  void note(std::string_view name, std::string_view json);

  /// Whether the body wanted a token of an issuer, and there is none that the target trusts.
  bool wanted_issuer() const { return wanted_issuer_; }
  /// A failure that was not repeated, or that was although strays are known; null: there is none.
  const wire::Exchange* trouble() const { return trouble_ ? &*trouble_ : nullptr; }
  const std::vector<wire::Exchange>& exchanges() const { return exchanges_; }
  const std::string& repro() const { return repro_; }
  /// Makes the report's curl line repeat this request, unless one that broke something was judged
  /// before.
  void decisive(const wire::Exchange& exchange, bool broken = false);
  /// What another probe sent belongs to this case as well.
  void include(const Probe& other);

 private:
  mcp::Answer send_once(const Attempt& attempt);
  bool is_refusal(const mcp::Answer& answer, const Credential& credential);
  mcp::Answer carry_out(const Attempt& attempt, const wire::Request& request,
                        const std::string& id);
  Finding refuses_call(const Attempt& attempt);
  /// What is found of the answer to an attempt that has to be rejected.
  Finding rejected_or(const Attempt& attempt, mcp::Answer answer, const Refusal& refusal);
  /// The answer to the attempt's operation with valid credentials.
  mcp::Answer twin_of(const Attempt& attempt, const mcp::Answer& answer);
  bool is_like_a_missing_scope(const mcp::Answer& answer);
  /// Why a failure says nothing about the server: this process was late itself.
  std::optional<Finding> excused(const mcp::Answer& answer);
  Repeat repeat_of(const Attempt& attempt) const;
  void record(const wire::Exchange& exchange);

  Context& context_;
  const Case& subject_;
  wire::Connection& connection_;
  base::Deadline limit_;
  std::vector<wire::Exchange> exchanges_;
  std::string repro_;
  bool repro_shows_breach_ = false;
  bool wanted_issuer_ = false;
  std::optional<wire::Exchange> trouble_;
  std::string error_;        ///< a token that could not be made
  std::string last_answer_;  ///< in words
  mcp::Answer control_;      ///< the answer to the last control
};

// Bodies of cases, for use in literals: `.run = refuses_token([](auto& t) { … })`.
using Body = std::function<Finding(Probe&)>;
/// The good token with this one change is refused.
Body refuses_token(Change change, Refusal refusal = {});
Body refuses_token_of(ChangeOfProbe change, Refusal refusal = {});
/// The good token with this named mutation (mock-idp/jose/mutation) is refused, and nothing that
/// it points to is fetched. Skipped where the mutation does not apply to the target's tokens.
Body refuses_mutation(std::string name, Refusal refusal = {});
/// The same for a token that has to be accepted.
Body accepts_token(Change change);
Body accepts_token_of(ChangeOfProbe change);
Body accepts_mutation(std::string name);
/// A request made by `attempt` is refused.
Body refuses_attempt(std::function<Attempt(Probe&)> attempt, Refusal refusal = {});
Body accepts_attempt(std::function<Attempt(Probe&)> attempt);
/// Notes under `name` whether the token is accepted: "accepted" or the refusing status.
Body observes_token(std::string name, Change change);
Body observes_token_of(std::string name, ChangeOfProbe change);

}  // namespace check
