#pragma once

#include <functional>
#include <string>

#include "harness/check/probe.h"

namespace suites::session {

/// A session that a case began with the control's credential.
struct Live {
  check::Credential credential;
  std::string id;
};

/// Whether the server would not begin one session more: some have one for all.
bool is_only_one(const mcp::Greeting& greeting);

/// One request of the control's operation in that session.
mcp::Answer use(check::Probe& probe, const check::Credential& credential, const std::string& id);
/// The same without a body: GET for its stream, DELETE for its end.
check::Attempt without_body(const check::Credential& credential, const std::string& method,
                            const std::string& id);

/// Begins a session, sees that it is served, runs the body and ends the session. Skipped where the
/// server keeps no sessions.
using OfSession = std::function<check::Finding(check::Probe&, const Live&)>;
check::Body about_session(OfSession body);

/// The same for bodies about somebody else, whose credential begins a session of its own as well:
/// so it is good. Skipped where there is nobody else.
using OfOther =
    std::function<check::Finding(check::Probe&, const Live&, const check::Credential& other)>;
check::Body about_other(OfOther body);

/// The same for bodies about another valid token of the session's own user, changed like that.
/// Skipped where the server does not accept it.
check::Body about_token(check::Change change, OfOther body);

}  // namespace suites::session
