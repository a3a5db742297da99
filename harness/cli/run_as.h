#pragma once

#include <string>

#include "common/base/result.h"
#include "harness/check/profile.h"

namespace CLI {
class App;
}  // namespace CLI

namespace cli {

/// How an authorization server alone is tested: what `--as` and its kin say.
struct AsFlags {
  std::string as;  ///< its issuer URL; empty: an MCP server is tested
  std::string client_id, client_secret_env, redirect_uri;
  std::string resource, scope;
  std::string login_user, login_password_env;
};
void add_as_flags(CLI::App& command, AsFlags& flags);

/// Writes them over the profile. The error names the flag: a variable that is not set, one that
/// needs another one.
base::Result<void> read_as(const AsFlags& flags, check::Profile& profile);

}  // namespace cli
