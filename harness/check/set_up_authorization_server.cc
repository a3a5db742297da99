#include <fmt/core.h>

#include <array>
#include <utility>

#include "common/base/text.h"
#include "harness/check/enrolment.h"
#include "harness/check/set_up.h"
#include "harness/oauth/token_check.h"

// Targets that are authorization servers alone: there is no MCP server to ask whether a token is
// good, so its issuer is.

namespace check {
namespace {

/// Asked for where nobody says what else: who has logged in, and tokens that last.
constexpr std::array kUsualScopes = {"openid", "offline_access"};

std::vector<std::string> scopes_for(const oauth::Server& server, const Profile& profile) {
  if (!profile.scopes.empty()) return profile.scopes;
  std::vector<std::string> scopes;
  for (const char* scope : kUsualScopes) {
    if (base::contains(server.offered_scopes, scope)) scopes.emplace_back(scope);
  }
  return scopes;
}

}  // namespace

oauth::Ask SetUp::asking() {
  return [this](const base::Url& url, wire::Request request) {
    return context_.ask(url, std::move(request));
  };
}

base::Result<oauth::Client> SetUp::find_client(const oauth::Server& server) {
  const OwnClient& own = context_.target_.profile.client;
  const std::string redirect_uri = own.redirect_uri.empty() ? oauth::kNowhere : own.redirect_uri;
  if (own.id.empty()) {
    auto client = enroll(context_, asking(), server, {.redirect_uris = {redirect_uri}});
    if (client || enrolment_of(context_, server) == Enrolment::none) return client;
    return base::fail(client.error().message + "; name one that is registered: --client-id");
  }
  const bool in_form = !server.has_authentication("client_secret_basic") && !own.secret.empty();
  return oauth::Client{.id = own.id,
                       .secret = own.secret,
                       .redirect_uris = {redirect_uri},
                       .authentication = in_form ? "client_secret_post" : ""};
}

base::Result<std::string> SetUp::judge_token(const oauth::Session& session) {
  const std::string& token = session.tokens.access_token;
  const auto verified = oauth::verify_by_keys(asking(), session.server, token);
  if (verified) return verified->by;
  const auto standing = oauth::ask_about(asking(), session.server, session.client, token);
  if (standing.live()) return standing.words;
  return base::fail(
      fmt::format("nothing says that the access token of a good login is good: by the published "
                  "keys {}, and {}",
                  verified.error().message, standing.words));
}

base::Result<void> SetUp::find_authorization_server() {
  Target& target = context_.target_;
  target.greeting.revision =
      context_.options_.revision.value_or(target.profile.revision.value_or(mcp::kNewest));
  auto server = oauth::read_issuer(asking(), context_.options_.url);
  if (!server) return tl::unexpected(server.error());
  server->resource = target.profile.audience;
  target.scopes = scopes_for(*server, target.profile);
  auto client = find_client(*server);
  if (!client) {
    return base::fail("no client of the authorization server: " + client.error().message);
  }
  const std::string scope = base::join(target.scopes, " ");
  auto tokens = oauth::authorize(asking(), *server, *client, scope, context_.decide());
  if (!tokens) return base::fail("no login came about: " + tokens.error().message);
  oauth::Session session{std::move(*server), std::move(*client), std::move(*tokens)};
  const auto judged = judge_token(session);
  if (!judged) return tl::unexpected(judged.error());
  context_.calibration_.tried = {"code and PKCE: " + *judged};
  const std::lock_guard lock(context_.mutex_);
  context_.login_ = std::move(session);
  return {};
}

}  // namespace check
