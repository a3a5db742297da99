#include "harness/oauth/login.h"

#include <fmt/core.h>

#include "common/base/random.h"

namespace oauth {

base::Result<Tokens> authorize(const Ask& ask, const Server& server, const Client& client,
                               const std::string& scope, const Decide& decide) {
  const std::string redirect_uri =
      client.redirect_uris.empty() ? kNowhere : client.redirect_uris.front();
  const Pkce pkce = make_pkce();
  const std::string state = base::random_hex(16);
  Browser browser(ask);
  const Visit visit = browser.visit(
      authorization_url(server,
                        authorization_parameters(server, client, redirect_uri, pkce, state, scope)),
      redirect_uri, decide);
  if (!visit.arrived) return base::fail(visit.problem);
  if (visit.parameter("code").empty()) {
    return base::fail(fmt::format("the authorization request was answered with the error {} {}",
                                  visit.parameter("error"), visit.parameter("error_description")));
  }
  const auto answer = ask_for_token(
      ask, server, client,
      code_grant(visit.parameter("code"), redirect_uri, pkce.verifier, server.resource));
  if (answer.ok()) return answer.tokens;
  return base::fail(
      fmt::format("{} answered the code with {}", server.token_endpoint, answer.summary()));
}

base::Result<Session> log_in(const Ask& ask, const std::string& mcp_url, const std::string& scope) {
  auto server = discover(ask, mcp_url);
  if (!server) return tl::unexpected(server.error());
  auto client = enroll(ask, *server, {.redirect_uris = {kNowhere}});
  if (!client) return tl::unexpected(client.error());
  auto tokens = authorize(ask, *server, *client, scope);
  if (!tokens) return tl::unexpected(tokens.error());
  return Session{std::move(*server), std::move(*client), std::move(*tokens)};
}

}  // namespace oauth
