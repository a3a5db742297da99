#pragma once

#include <functional>
#include <string>

#include "harness/check/probe.h"

namespace check {

/// Comes to terms with the target for a credential, as a new client would: on a legacy server that
/// begins a session, whose id is in the greeting; empty where the server keeps none.
mcp::Greeting begin_session(Probe& probe, const Credential& credential);

/// For requests that are built by hand: the request belongs to that session instead of the run's.
/// An empty id: to none.
std::function<void(wire::Request&)> in_session(std::string id);

/// The body in the target's own revision, and once more in the older one that has sessions where it
/// speaks both: for what may go wrong in either.
Body in_each_era(Body body);

/// Ends a session for whoever began it (DELETE, MCP 2025-11-25 transports, "Session Management");
/// what the server makes of it does not matter. For cases that begin many.
void end_session(Probe& probe, const Credential& credential, const std::string& id);

}  // namespace check
