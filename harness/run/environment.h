#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/check/another.h"
#include "harness/check/mode.h"
#include "harness/check/secrets.h"
#include "harness/run/placeholders.h"
#include "mock-idp/idp/mock_idp.h"

namespace run {

/// What a server that we start is told: whom to trust, and the secrets of its mode.
struct Wiring {
  check::Mode mode = check::Mode::oauth;
  check::Modes also = {};  ///< whose secrets it is told as well: its mode is not known yet
  idp::Issuer& issuer;
  const check::Secrets& secrets;
  std::string audience;
  std::vector<std::string> scopes;
  std::string more_issuers = {};  ///< trusted as well, by commas
};

/// The same as environment variables, by the names of the contract (docs/profiles.md). Secrets are
/// in it only where the mode has use for them; who the server is to its issuer always is, for it
/// may have an upstream to ask.
std::map<std::string, std::string> environment_of(const Wiring& wiring);

/// Takes the secrets of the mode out of whatever variables hold one; with SecretsTold::unset these
/// variables are removed. Gives their names.
std::vector<std::string> withhold_secrets(std::map<std::string, std::string>& environment,
                                          check::Mode mode, const check::Secrets& secrets,
                                          check::SecretsTold told);
/// Whether the text, such as a command line, has one of these secrets in it.
bool has_secret(const std::string& text, check::Mode mode, const check::Secrets& secrets);

/// The placeholders of the mode's secrets, for commands that are configured by flags.
void add_placeholders(check::Mode mode, const check::Secrets& secrets, Values& values);

}  // namespace run
