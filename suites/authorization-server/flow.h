#pragma once

#include <optional>
#include <string>

#include "harness/check/enrolment.h"
#include "harness/check/probe.h"
#include "harness/oauth/login.h"
#include "harness/oauth/token_check.h"

namespace suites {

/// An authorization code and what it is bound to.
struct Code {
  std::string text;
  oauth::Pkce pkce;
  std::string redirect_uri;
};

/// What became of an access token when it was used, or when somebody was asked who knows.
struct Use {
  oauth::Standing::Kind kind = oauth::Standing::Kind::unknown;
  std::string words;
  bool taken() const { return kind == oauth::Standing::Kind::live; }
  bool refused() const { return kind == oauth::Standing::Kind::dead; }
};

/// The flow of a client with a user who agrees to everything, each step of which can be done
/// otherwise. Its client is one of its own, so cases do not get into each other's way.
class Flow {
 public:
  explicit Flow(check::Probe& probe) : probe_(probe), browser(asking()) {}
  /// Registers the client, or takes the one that was brought along. The error says why there is
  /// none.
  base::Result<void> begin();
  /// Whether the target is an authorization server alone.
  bool alone() const { return probe_.target().mode == check::Mode::authorization_server; }

  const oauth::Server& server() const { return probe_.context().login()->server; }
  oauth::Ask asking();
  check::Probe& probe() { return probe_; }
  /// One more client; `redirect_uris` default to the usual one.
  base::Result<oauth::Client> enroll(std::string authentication = "none",
                                     std::vector<std::string> redirect_uris = {});
  base::Result<oauth::Client> enroll(oauth::Registration registration);
  /// A confidential client: a new one, or the one that was brought along.
  base::Result<oauth::Client> enroll_confidential();
  check::Enrolment enrolment() const;

  /// The URL of a good authorization request with changes: a parameter with an empty value is left
  /// out, others replace or add.
  std::string url(const oauth::Client& client, const oauth::Pkce& pkce,
                  const base::FormFields& changes = {});
  oauth::Visit visit(const oauth::Client& client, const oauth::Pkce& pkce,
                     const base::FormFields& changes = {});
  base::Result<Code> code(const oauth::Client& client, const base::FormFields& changes = {});
  oauth::TokenAnswer redeem(const oauth::Client& client, const Code& code,
                            const base::FormFields& changes = {}, base::Headers headers = {});
  oauth::TokenAnswer refresh(const oauth::Client& client, const std::string& refresh_token,
                             const base::FormFields& changes = {});
  /// The whole way for the client of this flow.
  base::Result<oauth::Tokens> tokens();
  base::Result<oauth::Tokens> tokens(const oauth::Client& client);
  /// What is asked for.
  std::string scope() const;
  /// What the server takes for the time.
  long long now() const { return probe_.context().target_clock().epoch_seconds(); }
  /// Whether the MCP server takes an access token; where there is none, whether userinfo or
  /// introspection say that it lives.
  Use use(const std::string& access_token);

 private:
  check::Probe& probe_;
  std::optional<oauth::Client> asker_;  ///< who asks about tokens

 public:
  oauth::Client client;
  oauth::Browser browser;
  std::string state = "a state/with+odd&characters=~";
};

using Judge = check::Finding (*)(Flow&);

/// A case with a flow. What the finding says is good only counts where the good flow still works
/// afterwards: a server that refuses everybody passes nothing.
check::Body with_flow(Judge judge);

/// No code and no token came of the request.
check::Finding no_code(const oauth::Visit& visit, const std::string& reason);
/// The token endpoint refused.
check::Finding no_tokens(const oauth::TokenAnswer& answer, const std::string& reason);
/// There is no further client of the kind that the case needs. A server that is an authorization
/// server alone need not give one.
check::Finding no_client(Flow& flow, const base::Error& error);
/// Nothing says whether a fresh access token lives, so nothing says whether another one died.
check::Finding nobody_knows(Flow& flow, const Use& use);
/// A step that has to work before anything can be judged did not.
check::Finding unusable(const std::string& step, const base::Error& error);

}  // namespace suites
