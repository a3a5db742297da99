#pragma once

#include <optional>
#include <string>

#include "harness/check/probe.h"
#include "harness/oauth/login.h"

namespace suites {

/// An authorization code and what it is bound to.
struct Code {
  std::string text;
  oauth::Pkce pkce;
  std::string redirect_uri;
};

/// The flow of a client with a user who agrees to everything, each step of which can be done
/// otherwise. Its client is one of its own, so cases do not get into each other's way.
class Flow {
 public:
  explicit Flow(check::Probe& probe) : probe_(probe), browser(asking()) {}
  /// Registers the client. The error says why there is none.
  base::Result<void> begin();

  const oauth::Server& server() const { return probe_.context().login()->server; }
  oauth::Ask asking();
  check::Probe& probe() { return probe_; }
  /// One more client; `redirect_uris` default to the usual one.
  base::Result<oauth::Client> enroll(std::string authentication = "none",
                                     std::vector<std::string> redirect_uris = {});

  /// The URL of a good authorization request with changes: a parameter with an empty value is left
  /// out, others replace or add.
  std::string url(const oauth::Client& client, const oauth::Pkce& pkce,
                  const base::FormFields& changes = {});
  oauth::Visit visit(const oauth::Client& client, const oauth::Pkce& pkce,
                     const base::FormFields& changes = {});
  base::Result<Code> code(const oauth::Client& client, const base::FormFields& changes = {});
  oauth::TokenAnswer redeem(const oauth::Client& client, const Code& code,
                            const base::FormFields& changes = {});
  oauth::TokenAnswer refresh(const oauth::Client& client, const std::string& refresh_token,
                             const base::FormFields& changes = {});
  /// The whole way for the client of this flow.
  base::Result<oauth::Tokens> tokens();
  /// Whether the MCP server takes an access token.
  mcp::Answer use(const std::string& access_token);

 private:
  check::Probe& probe_;

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
/// A step that has to work before anything can be judged did not.
check::Finding unusable(const std::string& step, const base::Error& error);

}  // namespace suites
