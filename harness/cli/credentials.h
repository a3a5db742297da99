#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "harness/check/mode.h"
#include "harness/check/secrets.h"

namespace CLI {
class App;
}  // namespace CLI

namespace cli {

/// Where the user's own credential is to be read from. Never an argument's value: every user of a
/// machine can see those.
struct CredentialFlags {
  std::string token_env;    ///< a variable that holds a bearer token
  std::string token_file;   ///< a file that holds one; "-" for standard input
  std::string api_key_env;  ///< a variable that holds an API key
  std::string basic_env;    ///< a variable that holds "user:password"
};
void add_credential_flags(CLI::App& command, CredentialFlags& flags);

/// What the flags lead to.
struct SuppliedCredential {
  check::Supplied supplied;
  /// The mode that goes with the flag, where the flag tells it.
  std::optional<check::Mode> mode;
  check::Modes modes;  ///< that such a credential can be for
};

/// Reads the credential; nothing is supplied where no flag is given. The error names the flag: a
/// variable that is not set, an empty file, two credentials, one that does not fit `mode`.
base::Result<SuppliedCredential> read_credential(const CredentialFlags& flags,
                                                 std::optional<check::Mode> mode);

/// Lets neither a core dump nor another process of the user show what this one knows.
void keep_memory_private();

}  // namespace cli
