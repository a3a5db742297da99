#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {

/// What a provider is started with.
struct Configuration {
  Options options;
  std::vector<std::string> issuers;  ///< that are there from the start; empty: `main`
  std::string ca_out;  ///< where the authority's certificate is written; empty: nowhere
};

/// Takes over what a configuration says: a JSON object, in which comments are allowed. What it
/// leaves open stays as it is. The error begins with the JSON pointer of what is wrong.
base::Result<void> configure(std::string_view text, Configuration& into);

/// The JSON Schema of a configuration.
std::string configuration_schema();

/// The variables that configure as well, and whose text is read as the member that they stand for.
struct ConfigurationVariable {
  std::string_view name;    ///< "MOCK_IDP_PORT"
  std::string_view member;  ///< "port"
};
std::vector<ConfigurationVariable> configuration_variables();

/// Reads a variable of the environment; null where it is not set.
using Environment = std::function<const char*(const char*)>;
/// Takes over what the environment says; lists are words with blanks between them. The error begins
/// with the name of the variable.
base::Result<void> configure_from(const Environment& environment, Configuration& into);

}  // namespace idp
