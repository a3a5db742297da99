#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "harness/check/probe.h"

namespace suites::isolation {

/// Somebody who asks, and what the answer is when nobody else does.
struct Caller {
  check::Credential credential;
  mcp::Framing framing;
  std::string session = {};  ///< legacy: of the caller's own; empty: none
  mcp::Operation operation;
  std::string own = {};  ///< what the answer says
};

struct Callers {
  Caller a;
  Caller b;
  /// The same tool tells them apart; else they ask for different things.
  bool by_identity = false;
};

/// Asks for the caller over that connection, under that JSON-RPC id. A 429 is not waited out.
/// Thread-safe, if each thread has a connection of its own.
mcp::Answer ask(check::Probe& probe, wire::Connection& connection, const Caller& caller,
                const std::string& id, check::Repeat repeat = check::Repeat::yes);
/// The same, but a 429 is waited out.
mcp::Answer ask_patiently(check::Probe& probe, wire::Connection& connection, const Caller& caller,
                          const std::string& id);
/// What an answer says that would tell one caller from another; empty where it is no result.
std::string said(const mcp::Answer& answer);

/// The control and somebody else, both asking the tool that says who is calling; nothing where
/// there is no such tool, nobody else, or the tool says the same to both.
std::optional<Callers> told_apart_by_identity(check::Probe& probe);
/// The same, or else two callers who ask for different things: whose answer it is shows in what it
/// is about. The error says why not even that tells them apart.
base::Result<Callers> told_apart(check::Probe& probe);

/// Ends the callers' sessions.
void leave(check::Probe& probe, const Callers& callers);

}  // namespace suites::isolation
