#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/mcp/protocol.h"

namespace mcp {

/// How a server wants to be talked to, found by asking.
struct Greeting {
  Era era = Era::modern;
  Revision revision = kNewest;
  std::string session_id;        ///< legacy, where the server gave one
  std::string protocol_version;  ///< as the server named it
  std::string server_name;
  std::string server_version;
  bool refused = false;  ///< the server answered 401 or 403: the credential was not taken
  Answer last;           ///< the answer that decided
  std::string problem;   ///< why no greeting came about, in words; empty if it did
  bool ok() const { return problem.empty() && !refused; }
};

/// Sends one request, credentials added, and reads the answer.
using Send = std::function<Answer(wire::Request request, std::string_view id)>;

/// `server/discover` first; on anything that is not a recognised modern answer, `initialize` with
/// the newest legacy revision. With `only`, that revision alone. `target` is empty where there is
/// no HTTP.
Greeting greet(const Send& send, const std::string& target, std::optional<Revision> only);

/// `initialize` alone, with the newest legacy revision first: for the sessions of a server that
/// speaks a modern revision as well.
Greeting greet_legacy(const Send& send, const std::string& target);

}  // namespace mcp
