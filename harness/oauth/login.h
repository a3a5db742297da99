#pragma once

#include <string>

#include "common/base/result.h"
#include "harness/oauth/browser.h"
#include "harness/oauth/client.h"
#include "harness/oauth/server.h"

namespace oauth {

/// Where we have ourselves redirected when no browser is really sent there.
inline constexpr const char* kNowhere = "http://127.0.0.1:33418/callback";

/// Somebody who is logged in.
struct Session {
  Server server;
  Client client;
  Tokens tokens;
};

/// Goes the whole way without a person: finds the authorization server, registers a client, agrees
/// to everything in a browser of its own, and exchanges the code. The error says which step failed.
base::Result<Session> log_in(const Ask& ask, const std::string& mcp_url, const std::string& scope);

/// From the authorization request to the tokens, for a client that is known already.
base::Result<Tokens> authorize(const Ask& ask, const Server& server, const Client& client,
                               const std::string& scope, const Decide& decide = agreeing());

}  // namespace oauth
