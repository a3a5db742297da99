#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/check/context.h"

namespace check {

/// Adds what is not in the list yet.
void add_scopes(std::vector<std::string>& list, const std::vector<std::string>& more);

/// Finds out how the target wants to be talked to, before anything is judged: its era and
/// revision, a token that it accepts (the control), the scopes and tools it shows.
class SetUp {
 public:
  explicit SetUp(Context& context);
  /// The error is one sentence that says what is wired wrongly.
  base::Result<void> run();

 private:
  mcp::Answer send(wire::Request request, std::string_view id, const Credential& credential);
  mcp::Answer control_request(const Credential& credential);
  void look_at_certificate();
  void read_protected_resource_metadata();
  /// How tokens have to be bound, as the metadata says (RFC 9728, section 2), or a challenge.
  void learn_bindings(const nlohmann::json& metadata);
  void learn_bindings_from_challenge();
  /// Looks for the control among tokens that are bound so; where none is accepted, among unbound
  /// ones. What metadata says of bindings need not be true.
  base::Result<void> find_control();
  base::Result<void> find_control_as_bound();
  /// Asks for DPoP no further where a token that is bound to a key is rejected.
  void verify_dpop_offer();
  /// What of all that makes cases apply that else do not.
  void note_bindings();
  /// The same where credentials are judged when a tool is called (set_up_calls.cc).
  base::Result<void> find_call();
  base::Result<void> greet_for_calls();
  /// The same for an authorization server alone (set_up_authorization_server.cc).
  base::Result<void> find_authorization_server();
  base::Result<oauth::Client> find_client(const oauth::Server& server);
  base::Result<std::string> judge_token(const oauth::Session& session);
  oauth::Ask asking();
  mcp::Answer call(const Credential& credential);
  base::Result<void> find_token();
  /// Whether a token of any form is accepted: algorithms and `typ` values are tried.
  bool try_forms();
  /// Whether a token of this form is accepted.
  bool try_token(const std::string& alg, const std::optional<std::string>& typ);
  /// Greets the target and sends it the control; `form` says in a report what was tried.
  bool try_control(const Credential& credential, const std::string& form);
  // Scopes (set_up_scopes.cc).
  /// Remembers those that a challenge shows.
  void note_shown_scopes(const mcp::Answer& answer);
  /// Adds the scopes that a 403 asks for; false if it names none that is new.
  bool learn_scopes(const mcp::Answer& answer);
  /// Adds all that metadata or a challenge showed; false if none is new.
  bool offer_shown_scopes();
  bool offer(const std::vector<std::string>& scopes);
  void drop_needless_scopes();
  base::Error control_refused() const;
  base::Error opaque_refused() const;
  void find_tools(const std::string& tools_result);
  /// What of setting.h the target has, by its profile or its own word.
  void find_settings(const std::string& tools_result);
  void find_required_scopes();
  void see_whether_it_refuses();
  /// Whether a target of a modern revision keeps sessions in an older one.
  void find_sessions();
  mcp::Greeting greet_in_older_revision(const Credential& credential);
  /// Whether a session accepts another token of the user who began it.
  void see_what_sessions_take();

  Context& context_;
  wire::Connection connection_;
  mcp::Answer last_;
  std::vector<std::string> shown_scopes_;  ///< in metadata or a challenge
  bool scopes_learned_ = false;            ///< the control has some of these
  std::string transport_problem_;
  std::string unreadable_;  ///< how a token was answered that was not rejected: by no MCP server
};

}  // namespace check
