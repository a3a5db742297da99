#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/check/context.h"

namespace check {

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
  /// What of all that makes cases apply that else do not.
  void note_bindings();
  base::Result<void> find_control();
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
  /// Whether a token of this form is accepted.
  bool try_token(const std::string& alg, const std::optional<std::string>& typ);
  /// Greets the target and sends it the control; `form` says in a report what was tried.
  bool try_control(const Credential& credential, const std::string& form);
  /// Adds the scopes that a 403 asks for; false if it names none that is new.
  bool learn_scopes(const mcp::Answer& answer);
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
  std::string transport_problem_;
};

}  // namespace check
