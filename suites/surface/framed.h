#pragma once

#include "suites/surface/way.h"

// Requests of the endpoint without a message, and the sessions that they are about.
namespace suites::surface {

/// GET or DELETE of the endpoint, in the session of the framing if it has one.
wire::Request without_message(const mcp::Framing& framing, const char* method);
/// The run's framing without its session.
mcp::Framing without_session(check::Probe& probe);
/// Begins a session with valid credentials; nothing where the server keeps none.
std::optional<mcp::Framing> begin_session(check::Probe& probe);
void end(check::Probe& probe, const mcp::Framing& session);
/// Whether valid credentials are served in it.
bool is_alive(check::Probe& probe, const mcp::Framing& session);

}  // namespace suites::surface
